"""FindMatches on frames: everything stays as it was, and same things get the same number."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from glueml_core import FindIncrementalMatches, FindMatches
from glueml_core.errors import (
    EntityNotFoundException,
    InvalidInputException,
    MLTransformNotReadyException,
)
from glueml_core.http.inprocess import core_of
from glueml_core.samples import KEY
from glueml_core.transforms import TaskRunFailedError
from tests.cancelling import cancelling_next_run
from tests.tasks.conftest import wait_until_ended
from tests.tasks.people import PEOPLE, contrary_labels, pair_f1


@pytest.mark.behavior(39)
class TestFindMatches:
    def test_keeps_every_row_column_type_and_the_index(self, taught):
        """Also columns that no schema knows, whatever is in them."""
        glue, transform_id = taught
        frame = PEOPLE.set_index(pd.Index([f"row {n}" for n in range(len(PEOPLE))], name="n"))
        frame = frame.assign(
            when=pd.Timestamp("2026-01-01", tz="UTC"),
            amount=np.arange(len(frame), dtype=np.int16),
            anything=[[n] for n in range(len(frame))],
            kind=pd.Categorical(["a"] * len(frame)),
        )
        before = frame.copy(deep=True)

        matched = FindMatches.apply(frame, transform_id, client=glue)

        pd.testing.assert_frame_equal(frame, before)
        pd.testing.assert_frame_equal(matched.drop(columns="match_id"), before)
        assert list(matched.columns) == [*before.columns, "match_id"]
        assert matched["match_id"].dtype == np.int64
        assert pair_f1(matched) > 0.95

    def test_numbers_a_cluster_by_its_first_row(self, taught):
        glue, transform_id = taught
        matched = FindMatches.apply(PEOPLE, transform_id, client=glue)

        first_row = pd.Series(range(len(matched))).groupby(matched["match_id"]).min()
        assert (first_row == first_row.index).all()

    def test_gives_each_cluster_one_score_only_when_asked(self, taught):
        glue, transform_id = taught
        matched = FindMatches.apply(
            frame=PEOPLE, transformId=transform_id, computeMatchConfidenceScores=1, client=glue
        )

        assert matched["match_confidence_score"].between(0, 1).all()
        scores = matched[["match_id", "match_confidence_score"]].drop_duplicates()
        assert scores["match_id"].is_unique

    def test_removes_duplicates_when_asked_to(self, taught):
        glue, transform_id = taught
        whole = FindMatches.apply(PEOPLE, transform_id, client=glue)
        rest = FindMatches.apply(PEOPLE, transform_id, removeDuplicates=True, client=glue)

        lowest = whole.groupby("match_id")[KEY].min()
        assert rest.set_index("match_id")[KEY].to_dict() == lowest.to_dict()
        assert rest.index.is_monotonic_increasing

    def test_is_a_task_run_in_the_transforms_history(self, taught):
        glue, transform_id = taught
        FindMatches.apply(PEOPLE, transform_id, client=glue, jobName="nightly", jobRunId="jr_1")

        runs = glue.get_ml_task_runs(
            TransformId=transform_id, Filter={"TaskRunType": "FIND_MATCHES"}
        )["TaskRuns"]
        assert runs[0]["Status"] == "SUCCEEDED"
        properties = runs[0]["Properties"]["FindMatchesTaskRunProperties"]
        assert (properties["JobName"], properties["JobRunId"]) == ("nightly", "jr_1")
        assert properties["JobId"].startswith("j_")
        folder = core_of(glue).settings.store / "task_runs" / runs[0]["TaskRunId"]
        assert sorted(path.name for path in folder.iterdir()) == ["log.txt", "outcome.json"]

    def test_enforces_what_the_caller_says(self, taught):
        """Two strangers are one, two copies are two, in spite of the model."""
        glue, transform_id = taught
        enforced, strangers, copies = contrary_labels()

        matched = FindMatches.apply(PEOPLE, transform_id, enforcedMatches=enforced, client=glue)
        match_id = matched.set_index(KEY)["match_id"]

        assert match_id[strangers[0]] == match_id[strangers[1]]
        assert match_id[copies[0]] != match_id[copies[1]]


class TestRefusals:
    def test_of_a_transform_that_is_not_taught_or_not_there(self, glue, transform_id):
        frame = pd.DataFrame({"id": ["1"], "name": ["ann"]})

        with pytest.raises(MLTransformNotReadyException):
            FindMatches.apply(frame, transform_id, client=glue)
        with pytest.raises(EntityNotFoundException):
            FindMatches.apply(frame, "tfm-unknown", client=glue)
        assert glue.get_ml_task_runs(TransformId=transform_id)["TaskRuns"] == []

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            (lambda f: f.drop(columns=["surname", "state"]), "frame lacks the columns surname, st"),
            (lambda f: f.assign(match_id=1), "frame has a column match_id already"),
            (lambda f: pd.concat([f, f[1:2]]), f"{KEY} has the value p00012 in row 2 and again in"),
            (lambda f: f.assign(**{KEY: None}), f"Primary key {KEY} has no value in row 1"),
            (
                lambda f: f.assign(**{KEY: f[KEY].map("a\0{}".format)}),
                f"Primary key {KEY} has a NUL byte in row 1",
            ),
        ],
    )
    def test_of_frames_that_do_not_fit(self, taught, change, reason):
        glue, transform_id = taught

        with pytest.raises(InvalidInputException, match=reason):
            FindMatches.apply(change(PEOPLE), transform_id, client=glue)

    def test_say_how_a_run_ended(self, taught):
        glue, transform_id = taught

        with (
            cancelling_next_run(glue, transform_id),
            pytest.raises(TaskRunFailedError, match=r"Task run tsk-\w+ ended STOPPED\."),
        ):
            FindMatches.apply(PEOPLE, transform_id, client=glue)


def test_values_of_any_type_are_matched(taught):
    """Mixed and exotic cells count as their text; missing ones as missing."""
    glue, transform_id = taught
    cells = [1, "x", None, dt.date(2026, 1, 1), Decimal("1.5"), np.nan, True, b"x"]
    frame = PEOPLE.assign(
        suburb=[cells[n % len(cells)] for n in range(len(PEOPLE))],
        postcode=pd.to_numeric(PEOPLE["postcode"]),
        date_of_birth=pd.to_datetime(PEOPLE["date_of_birth"], errors="coerce"),
        state=pd.Categorical(PEOPLE["state"]),
    )

    matched = FindMatches.apply(frame, transform_id, client=glue)
    pd.testing.assert_frame_equal(matched.drop(columns="match_id"), frame)


@pytest.fixture(scope="module")
def existing(taught) -> pd.DataFrame:
    glue, transform_id = taught
    return FindMatches.apply(PEOPLE[:200], transform_id, client=glue)


@pytest.mark.behavior(40)
class TestFindIncrementalMatches:
    def test_keeps_old_ids_and_places_new_records(self, taught, existing):
        glue, transform_id = taught
        matched = FindIncrementalMatches.apply(existing, PEOPLE[200:], transform_id, client=glue)

        pd.testing.assert_frame_equal(matched[:200], existing)
        pd.testing.assert_frame_equal(matched[200:].drop(columns="match_id"), PEOPLE[200:])
        fresh = set(matched["match_id"][200:]) - set(existing["match_id"])
        assert min(fresh) > existing["match_id"].max()
        assert pair_f1(matched) > 0.95

    def test_scores_only_when_asked(self, taught, existing):
        glue, transform_id = taught
        matched = FindIncrementalMatches.apply(
            existing, PEOPLE[200:210], transform_id, client=glue, computeMatchConfidenceScores=1
        )

        scores = matched[["match_id", "match_confidence_score"]].drop_duplicates()
        assert scores["match_id"].is_unique

    def test_refuses_frames_that_do_not_fit(self, taught, existing):
        glue, transform_id = taught

        def refusal(before: pd.DataFrame, new: pd.DataFrame) -> str:
            with pytest.raises((InvalidInputException, TaskRunFailedError)) as refused:
                FindIncrementalMatches.apply(before, new, transform_id, client=glue)
            return str(refused.value)

        assert "lacks the column match_id" in refusal(PEOPLE[:9], PEOPLE[9:])
        assert "and among the existing ones" in refusal(existing, PEOPLE[199:])
        assert "Column match_id has no value in row 1." in refusal(
            existing.assign(match_id=pd.Series([None] * 200, dtype="Int64")), PEOPLE[200:]
        )


def test_files_are_matched_into_files(taught, tmp_path: Path):
    """From any format into any format, and onto what was matched before."""
    from glueml_core.transforms import start_find_matches

    glue, transform_id = taught
    core = core_of(glue)
    folder = core.settings.store.parent
    PEOPLE[:200].to_parquet(folder / "old.parquet", index=False)
    PEOPLE[200:].to_json(folder / "new.jsonl", orient="records", lines=True)

    first = start_find_matches(
        core, transform_id, f"{folder}/out", source=f"{folder}/old.parquet", file_format="json"
    )
    output = wait_until_ended(core, first).output
    assert output is not None
    old = pd.read_json(output["uri"], lines=True, dtype=False)
    second = start_find_matches(
        core,
        transform_id,
        f"{folder}/both.csv",
        source=f"{folder}/new.jsonl",
        existing=str(output["uri"]),
        compute_match_confidence_scores=True,
    )
    run = wait_until_ended(core, second)
    assert run.status == "SUCCEEDED", run.error_string
    both = pd.read_csv(f"{folder}/both.csv", dtype=str, keep_default_na=False)

    assert list(both.columns) == [*PEOPLE.columns, "match_id", "match_confidence_score"]
    pd.testing.assert_frame_equal(both[list(PEOPLE.columns)], PEOPLE)
    assert both["match_id"][:200].astype(int).tolist() == old["match_id"].tolist()
    assert run.output is not None
    assert run.output["record_count"] == len(PEOPLE)
    assert run.output["cluster_count"] == both["match_id"].nunique()
