"""Dropped label files: each version imported exactly once, and none lost."""

import random
from collections import Counter
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from glueml_core import Core, connect
from glueml_dagster import build_find_matches_definitions
from glueml_dagster.definition import FindMatchesTransform
from glueml_dagster.resource import GlueMLResource
from tests.dagster.daemon import Daemon

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


class TestOnS3:
    """Two hundred files in bursts, and all that can go wrong on the way."""

    FILES = 200
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
            burst, waiting = waiting[:45], waiting[45:]
            for name in burst:
                drop(name, "broken" if name in broken else labels(name, person=int(name)))
            daemon = Daemon(defs, "label_drops_people", LABELS, instance)
            # The daemon dies in mid-tick; the next one knows nothing of it.
            daemon.launch(daemon.tick()[: chance.randrange(20)])
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
        assert daemon.tick() == []
