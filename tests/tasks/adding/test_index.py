"""Adding new records to a table by its index, which saves reading the others."""

from __future__ import annotations

import io
import os
import resource
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pandas as pd
import pytest

from glueml_core.errors import InvalidInputException
from glueml_core.http.inprocess import core_of
from glueml_core.matching import Matcher
from glueml_core.matching.logistic import LogisticCurve
from glueml_core.tasks import adding, find_matches
from glueml_core.tasks.inputs import matcher_of, matching_options
from glueml_core.tasks.task import Task
from glueml_core.transforms import start_find_matches
from tests.tasks.adding.conftest import BATCH, OLD
from tests.tasks.conftest import wait_until_ended
from tests.tasks.people import KEY, PEOPLE, pair_f1


def ids_by_key(table: pd.DataFrame) -> dict[str, int]:
    assert table[KEY].is_unique
    return dict(zip(table[KEY], table["match_id"], strict=True))


@pytest.mark.usefixtures("large")
class TestWithAnIndex:
    def test_batches_make_one_table_with_sensible_clusters(self, add, table, built):
        """Each file is read once more, when the next batch comes; the first one never again."""
        before = ids_by_key(table())

        told = [add(number) for number in range(3)]

        after = table()
        assert sorted(after[KEY]) == sorted(PEOPLE[KEY][: OLD + 3 * BATCH])
        assert ids_by_key(after).items() >= before.items()
        assert pair_f1(after) > 0.95
        assert built == ["made", "added", "added"]
        assert [run["record_count"] for run in told] == [BATCH] * 3
        sizes = after["match_id"].value_counts()
        assert told[2]["largest_cluster"] == sizes[after["match_id"][-BATCH:]].max()

    def test_places_as_without_an_index(self, add, table, folder, matched, taught):
        core = core_of(taught[0])
        add(0)
        add(1, path=str(folder / "apart"))

        here = pd.concat([pd.read_parquet(path) for path in (folder / "apart").iterdir()])
        whole = start_find_matches(
            core,
            taught[1],
            str(folder / "whole.parquet"),
            source=str(folder / "new-1.jsonl"),
            existing=str(matched),
        )
        run = wait_until_ended(core, whole)
        assert run.status == "SUCCEEDED", run.error_string
        of_all = ids_by_key(pd.read_parquet(folder / "whole.parquet"))
        assert ids_by_key(here).items() <= of_all.items()
        assert len(table()) == OLD + BATCH

    def test_is_not_asked_where_the_table_is_taken_whole_by_now(self, add, table, monkeypatch):
        add(0)
        monkeypatch.setattr(adding, "matching_options", matching_options)
        monkeypatch.setattr(adding, "place_new_records", None)

        add(1)

        assert len(table()) == OLD + 2 * BATCH

    def test_is_made_anew_when_it_has_grown_by_half(self, add, built):
        for number in range(4):
            add(number)

        add(4, frame=PEOPLE[:1].assign(**{KEY: "another"}))

        assert built == ["made", *["added"] * 4, "made"]

    @pytest.mark.parametrize(
        "harm",
        [
            lambda folder: (folder / "index.json").unlink(),
            lambda folder: (folder / "index.json").write_text("{"),
            lambda folder: next(folder.glob("*/cells.npy")).unlink(),
            lambda folder: os.truncate(next(folder.glob("*/key-1.npy")), 200),
            lambda folder: os.truncate(next(folder.glob("*/key-1.npy")), 0),
            lambda folder: next(folder.glob("*/key-1.npy")).write_bytes(b"\x80\x04\x95" * 99),
            lambda folder: os.truncate(next(folder.glob("*/records.arrow")), 200),
            lambda folder: (folder / "0123abcd").mkdir(),
        ],
    )
    def test_one_that_is_broken_is_not_relied_on(self, add, table, index_folder, harm):
        add(0)
        expected = ids_by_key(table())
        harm(index_folder())

        add(1)

        found = table()
        assert len(found) == OLD + 2 * BATCH
        assert ids_by_key(found).items() >= expected.items()
        assert pair_f1(found) > 0.95

    def test_a_file_that_changed_is_read_again(self, add, table, matched, built):
        add(0)
        old = pd.read_parquet(matched / "old.parquet")
        shifted = old.assign(match_id=old["match_id"] + 100_000)
        shifted.to_parquet(matched / "old.parquet", index=False)

        add(1, frame=PEOPLE[:5].assign(**{KEY: [f"copy {n}" for n in range(5)]}))

        copies = ids_by_key(table())
        assert [copies[f"copy {n}"] for n in range(5)] == shifted["match_id"][:5].tolist()
        assert built == ["made", "made"]

    def test_another_matcher_makes_its_own(self, add, table, built, monkeypatch):
        add(0)

        def learned_more(task: Task) -> Matcher:
            matcher = matcher_of(task)
            return replace(matcher, equal_records=LogisticCurve(1.0, 0.5))

        monkeypatch.setattr(find_matches, "matcher_of", learned_more)
        add(1)

        assert built == ["made", "made"]
        assert pair_f1(table()) > 0.95

    def test_another_effort_makes_its_own(self, add, taught, built):
        """Its joins are on other columns."""
        glue, transform_id = taught
        chosen = {"PrimaryKeyColumnName": KEY, "AccuracyCostTradeoff": 0.9}
        add(0)
        glue.update_ml_transform(
            TransformId=transform_id,
            Parameters={"TransformType": "FIND_MATCHES", "FindMatchesParameters": chosen},
        )

        add(1)

        assert built == ["made", "made"]

    def test_a_file_that_somebody_else_added_counts(self, add, table, matched, built):
        add(0)
        stranger = PEOPLE[-1:].assign(match_id=987_654)
        stranger.to_parquet(matched / "theirs.parquet", index=False)

        add(1, frame=PEOPLE[-1:].assign(**{KEY: "copy"}))

        assert ids_by_key(table())["copy"] == 987_654
        assert built == ["made", "added"]

    def test_a_key_that_exists_is_refused(self, add, table):
        """In the files it was made from, and in those added since."""
        add(0)
        before = table()
        for known in (PEOPLE[5:6], PEOPLE[OLD + 5 : OLD + 6]):
            with pytest.raises(InvalidInputException, match="row 1 of the new records and among"):
                add(1, frame=known)

        pd.testing.assert_frame_equal(table(), before)

    def test_a_key_that_two_files_have_is_refused_by_its_rows(self, add, matched):
        add(0)
        PEOPLE[:1].assign(match_id=1).to_parquet(matched / "twice.parquet", index=False)

        with pytest.raises(InvalidInputException, match=r"in row 1 and again in row"):
            add(1)

    def test_a_run_tried_again_adds_its_file_once(self, add, table, taught):
        """Killed behind the writing, the first attempt has left its file."""
        run_id = core_of(taught[0]).store.task_runs.add(taught[1], "FIND_MATCHES", {}).id
        add(0, run_id=run_id)
        first = table()

        add(0, run_id=run_id)

        pd.testing.assert_frame_equal(table(), first)

    @pytest.mark.parametrize("at", ["Looking up", "Comparing", "Writing"])
    def test_an_ended_run_leaves_no_file_and_no_wrong_index(self, add, table, matched, at):
        """Ended as a cancelled worker ends itself."""

        def end(share: float, text: str) -> None:
            if text.startswith(at):
                sys.exit(1)

        with pytest.raises(SystemExit):
            add(0, progress=end)
        assert [path.name for path in matched.iterdir()] == ["old.parquet"]

        add(0)
        assert len(table()) == OLD + BATCH
        assert pair_f1(table()) > 0.95

    def test_a_full_disk_costs_the_index_and_not_the_run(self, add, table, index_folder, built):
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

        def fill(share: float, text: str) -> None:
            """No file can grow while the index is made."""
            limit = 4_096 if text.startswith("Making") else soft
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))

        add(0, progress=fill)

        assert len(table()) == OLD + BATCH
        assert built == ["made", "made"]
        add(1)
        assert [path.name for path in index_folder().iterdir() if path.is_dir()]

    def test_runs_at_the_same_time_wait_for_each_other(self, add, table, built):
        """Else both would give their strangers the same fresh ids."""
        with ThreadPoolExecutor(2) as threads:
            list(threads.map(add, range(2)))

        found = table()
        assert sorted(found[KEY]) == sorted(PEOPLE[KEY][: OLD + 2 * BATCH])
        assert pair_f1(found) > 0.95
        assert built == ["made", "added"]

    def test_files_that_change_meanwhile_end_the_run(self, add, table, matched):
        def meddle(share: float, text: str) -> None:
            if text.startswith("Writing"):
                PEOPLE[-1:].assign(match_id=1).to_parquet(matched / "theirs.parquet", index=False)

        with pytest.raises(InvalidInputException, match="has changed"):
            add(0, progress=meddle)

        assert len(table()) == OLD + 1

    def test_of_a_table_on_s3_lies_here(self, add, matched, s3, bucket, built):
        s3.upload_file(str(matched / "old.parquet"), bucket, "matched/old.parquet")
        place = f"s3://{bucket}/matched"

        for number in range(2):
            add(number, existing=place, path=place)

        listed = s3.list_objects_v2(Bucket=bucket)["Contents"]
        bodies = [s3.get_object(Bucket=bucket, Key=one["Key"])["Body"].read() for one in listed]
        whole = pd.concat([pd.read_parquet(io.BytesIO(body)) for body in bodies])
        assert sorted(whole[KEY]) == sorted(PEOPLE[KEY][: OLD + 2 * BATCH])
        assert pair_f1(whole) > 0.95
        assert built == ["made", "added"]

    def test_others_stay_that_were_used_lately(self, add, matched, folder, index_folder):
        """Every match of a whole table makes a file of its own, and a table."""
        add(0, path=str(folder / "apart"))
        first = index_folder()
        for number in range(3):
            table = folder / f"table-{number}"
            shutil.copytree(matched, table)
            add(0, path=str(folder / "apart"), existing=table)

        indexes = [any(path.is_dir() for path in one.iterdir()) for one in first.parent.iterdir()]
        assert sum(indexes) == 3
        assert not any(path.is_dir() for path in first.iterdir())

    def test_goes_with_its_transform(self, add, index_folder, taught):
        from glueml_core.tasks.leftovers import discard_kept

        add(0)
        folder = index_folder()
        discard_kept(core_of(taught[0]).settings, taught[1])

        assert not folder.exists()
