"""Dropped label files: each version imported exactly once, and none lost."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from glueml_core import Core, connect
from glueml_core.store import TaskRun
from glueml_dagster import build_find_matches_definitions
from glueml_dagster.assets import labels as labels_asset
from glueml_dagster.definition import FindMatchesTransform
from glueml_dagster.label_drops import list_label_files
from glueml_dagster.resource import GlueMLResource
from tests.dagster.daemon import Daemon
from tests.dagster.inline import InlineRunner

LABELS = dg.AssetKey(["glueml", "people", "labels"])


def labels(set_id: str, person: int = 0) -> str:
    rows = [f"{set_id},A,{number},Person {person}" for number in (2 * person, 2 * person + 1)]
    return "\n".join(["labeling_set_id,label,id,name", *rows])


def definitions(transform: FindMatchesTransform, glueml: GlueMLResource) -> dg.Definitions:
    graph = build_find_matches_definitions(transform)
    return dg.Definitions.merge(
        graph, dg.Definitions(resources={"glueml": glueml}, executor=dg.in_process_executor)
    )


def create_transform(defs: dg.Definitions, instance: dg.DagsterInstance) -> None:
    key = dg.AssetKey(["glueml", "people", "transform"])
    job = defs.resolve_implicit_global_asset_job_def().get_subset(asset_selection={key})
    assert job.execute_in_process(instance=instance).success


def imported_sets(core: Core) -> Counter[str]:
    """How many rows each labeling set has among the labels that count."""
    (transform,) = connect(core).get_ml_transforms()["Transforms"]
    current = core.store.labels.current(transform["TransformId"])
    return Counter(label.labeling_set_id for label in current)


def versions_imported_twice(core: Core) -> list[tuple[str, str | None]]:
    (transform,) = connect(core).get_ml_transforms()["Transforms"]
    done = core.store.labels.imports(transform["TransformId"])
    count = Counter((each.uri, each.etag) for each in done)
    return [version for version, times in count.items() if times > 1]


class TestOnDisk:
    @pytest.fixture
    def daemon(
        self, transform: FindMatchesTransform, inline: GlueMLResource, instance: dg.DagsterInstance
    ) -> Daemon:
        defs = definitions(transform, inline)
        create_transform(defs, instance)
        return Daemon(defs, "label_drops_people", LABELS, instance)

    @pytest.fixture
    def folder(self, tmp_path: Path, daemon: Daemon) -> Path:
        folder = tmp_path / "files" / "labels"
        folder.mkdir(parents=True)
        return folder

    def test_a_dropped_file_is_imported_once(self, daemon, folder, inline):
        (folder / "a.csv").write_text(labels("s1"))

        runs = daemon.run()
        later = daemon.run()

        assert [run.success for run in runs] == [True]
        assert later == []
        assert imported_sets(inline.core()) == {"s1": 2}

    def test_an_overwritten_file_is_imported_again(self, daemon, folder, inline):
        (folder / "a.csv").write_text(labels("s1"))
        daemon.run()
        (folder / "a.csv").write_text(labels("s2", person=1))

        daemon.run()

        assert imported_sets(inline.core()) == {"s1": 2, "s2": 2}

    def test_a_file_that_is_still_being_written_is_left_alone(self, daemon, folder):
        (folder / ".a.csv").write_text(labels("s1"))
        (folder / "b.csv").write_text("")

        assert daemon.tick() == []

    def test_a_bad_file_fails_its_own_run_and_holds_up_no_other(self, daemon, folder, inline):
        (folder / "a.csv").write_text("not,a,label,file")
        (folder / "b.csv").write_text(labels("s1"))

        bad, good = daemon.run()

        assert not bad.success
        assert good.success
        assert imported_sets(inline.core()) == {"s1": 2}

    def test_a_bad_file_is_tried_three_times_and_then_left_for_a_person(self, daemon, folder):
        (folder / "a.csv").write_text("not,a,label,file")

        attempts = [len(daemon.run()) for _ in range(5)]

        assert attempts == [1, 1, 1, 0, 0]

    def test_a_bad_file_says_on_its_asset_which_line_is_wrong(self, daemon, folder):
        (folder / "a.csv").write_text(labels("s1") + "\ns2,A,7")

        (run,) = daemon.run()

        (check,) = run.get_asset_check_evaluations()
        assert not check.passed
        assert "line 4" in check.description.lower()

    def test_nothing_happens_before_there_is_a_transform(self, transform, inline, instance):
        daemon = Daemon(definitions(transform, inline), "label_drops_people", LABELS, instance)

        assert daemon.tick() == []
        assert "There is no transform named people yet" in daemon.notes[0]


class TestAVersionThatGoes:
    """A file may be overwritten at any moment between a look at it and its import."""

    @pytest.fixture
    def drops(
        self,
        transform: FindMatchesTransform,
        inline: GlueMLResource,
        instance,
        s3: Any,
        bucket: str,
    ) -> "Drops":
        transform = transform.model_copy(update={"folder": f"s3://{bucket}/people"})
        defs = definitions(transform, inline)
        create_transform(defs, instance)
        return Drops(s3, bucket, Daemon(defs, "label_drops_people", LABELS, instance))

    def test_between_tick_and_run_is_left_to_the_run_of_its_successor(self, drops, inline):
        drops.put("a", labels("s1"))
        first = drops.daemon.tick()
        drops.put("a", labels("s2", person=1))

        (run,) = drops.daemon.launch(first)

        assert run.success
        assert imported_sets(inline.core()) == {}
        drops.daemon.run()
        assert imported_sets(inline.core()) == {"s2": 2}
        assert drops.daemon.run() == []

    def test_between_start_and_reading_is_not_read_in_its_successors_place(
        self, drops, inline, monkeypatch
    ):
        """The read has the etag that was seen; else both runs would import the new version."""
        drops.put("a", labels("s1"))
        submit = InlineRunner.submit

        def overwrite_first(runner: InlineRunner, run: TaskRun) -> None:
            monkeypatch.setattr(InlineRunner, "submit", submit)
            drops.put("a", labels("s2", person=1))
            submit(runner, run)

        monkeypatch.setattr(InlineRunner, "submit", overwrite_first)
        (run,) = drops.daemon.run()

        assert run.success
        assert imported_sets(inline.core()) == {}
        drops.daemon.run()
        assert imported_sets(inline.core()) == {"s2": 2}
        assert versions_imported_twice(inline.core()) == []

    def test_that_is_deleted_is_no_failure(self, drops, inline):
        drops.put("a", labels("s1"))
        requests = drops.daemon.tick()
        drops.s3.delete_object(Bucket=drops.bucket, Key="people/labels/a.csv")

        (run,) = drops.daemon.launch(requests)

        assert run.success
        assert imported_sets(inline.core()) == {}

    def test_and_comes_back_is_imported(self, drops, inline):
        """The bytes of a version that was never read are new, whenever they come."""
        drops.put("a", labels("s1"))
        first = drops.daemon.tick()
        drops.put("a", labels("s2", person=1))
        drops.daemon.launch(first)
        drops.daemon.run()
        drops.put("a", labels("s1"))

        drops.daemon.run()

        assert imported_sets(inline.core()) == {"s1": 2, "s2": 2}

    def test_is_imported_once_where_a_person_and_the_sensor_want_it_at_once(
        self, drops, inline, monkeypatch
    ):
        """Both have looked at the ledger before either has written to it."""
        drops.put("a", labels("s1"))
        monkeypatch.setattr(labels_asset, "_is_in", lambda run, file: False)
        (request,) = drops.daemon.tick()

        drops.daemon.launch([request])
        again = dg.RunRequest(run_key="by hand", run_config=request.run_config, tags=request.tags)
        drops.daemon.launch([again])

        assert imported_sets(inline.core()) == {"s1": 2}
        assert versions_imported_twice(inline.core()) == []


@dataclass(frozen=True)
class Drops:
    """A folder on S3, and the daemon that looks into it."""

    s3: Any
    bucket: str
    daemon: Daemon

    def put(self, name: str, content: str) -> None:
        key = f"people/labels/{name}.csv"
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=content.encode())


def test_a_folder_of_more_files_than_one_page_lists_is_seen_whole(s3, bucket):
    """S3 lists a thousand keys at a time."""
    with ThreadPoolExecutor(8) as pool:
        list(
            pool.map(
                lambda n: s3.put_object(Bucket=bucket, Key=f"labels/{n:04}.csv", Body=b"x"),
                range(1001),
            )
        )

    files = list_label_files(f"s3://{bucket}/labels", lambda: s3)

    assert len({file.uri for file in files}) == 1001


class TestOnS3:
    """A hundred files in bursts, and all that can go wrong on the way."""

    FILES = 100
    BURST = 23
    OVERWRITTEN = 12
    BROKEN = 6

    def test_every_file_is_in_exactly_once(self, transform, inline, instance, s3: Any, bucket: str):
        transform = transform.model_copy(update={"folder": f"s3://{bucket}/people"})
        defs = definitions(transform, inline)
        create_transform(defs, instance)
        chance = random.Random(4)
        names = [f"{number:03d}" for number in range(self.FILES)]
        # Late keys sort before early ones, and many share a second.
        chance.shuffle(names)

        def drop(name: str, content: str) -> None:
            s3.put_object(Bucket=bucket, Key=f"people/labels/{name}.csv", Body=content.encode())

        # Not labels: a folder's marker, an empty file, a neighbour's folder.
        s3.put_object(Bucket=bucket, Key="people/labels/")
        s3.put_object(Bucket=bucket, Key="people/labels-old/x.csv", Body=labels("old").encode())
        broken, overwritten = names[: self.BROKEN], names[-self.OVERWRITTEN :]
        waiting = list(names)
        while waiting:
            burst, waiting = waiting[: self.BURST], waiting[self.BURST :]
            for name in burst:
                drop(name, "broken" if name in broken else labels(name, person=int(name)))
            daemon = Daemon(defs, "label_drops_people", LABELS, instance)
            # The daemon dies in mid-tick; the next one knows nothing of it.
            daemon.launch(daemon.tick()[: chance.randrange(self.BURST)])
        for name in broken:
            drop(name, labels(name, person=int(name)))
        for name in overwritten:
            drop(name, labels(f"{name}-corrected", person=1000 + int(name)))

        daemon = Daemon(defs, "label_drops_people", LABELS, instance)
        while daemon.run():
            daemon.cursor = None

        sets = imported_sets(inline.core())
        expected = {name: 2 for name in names if name not in overwritten}
        expected |= {f"{name}-corrected": 2 for name in overwritten}
        assert {name: count for name, count in sets.items() if name not in overwritten} == expected
        assert all(sets[name] in (0, 2) for name in overwritten)
        assert versions_imported_twice(inline.core()) == []
        assert daemon.tick() == []
