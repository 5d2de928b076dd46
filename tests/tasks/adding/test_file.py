"""The file of new records that are added to a table matched before."""

from __future__ import annotations

import pandas as pd
import pytest

from glueml_core.errors import GlueError, InvalidInputException
from glueml_core.http.inprocess import core_of
from glueml_core.transforms import start_find_matches
from tests.tasks.adding.conftest import BATCH, OLD
from tests.tasks.conftest import wait_until_ended
from tests.tasks.people import KEY, PEOPLE


class TestTheFile:
    def test_has_the_columns_of_the_table_in_their_order_and_types(self, add, matched):
        path = matched / "old.parquet"
        old = pd.read_parquet(path).assign(match_confidence_score=0.5)
        columns = ["match_id", *reversed(PEOPLE.columns), "match_confidence_score"]
        old[columns].to_parquet(path, index=False)

        add(0, frame=PEOPLE[OLD : OLD + BATCH].drop(columns="state").assign(state=None))

        (added,) = set(matched.iterdir()) - {path}
        found = pd.read_parquet(added)
        assert added.name.startswith("tsk-")
        assert list(found.columns) == columns
        assert found["state"].isna().all()
        assert found["match_confidence_score"].between(0, 1).all()

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            (lambda f: f.assign(more=1), "The existing records lack the columns more"),
            (lambda f: f.assign(match_confidence_score=1.0), "lack the columns match_conf"),
        ],
    )
    def test_is_not_written_if_it_would_not_fit(self, add, table, change, reason):
        with pytest.raises(GlueError, match=reason):
            add(0, frame=change(PEOPLE[OLD : OLD + BATCH]))

        assert len(table()) == OLD

    def test_has_the_types_of_json_lines(self, add, matched, table):
        """What is a number in one file and text in the other could not be read as one table."""
        (matched / "old.parquet").unlink()
        old = PEOPLE[:OLD].assign(match_id=range(OLD), age=7, born="1970-01-01")
        old.to_json(matched / "old.jsonl", orient="records", lines=True)

        new = PEOPLE[OLD : OLD + BATCH].assign(age="8", born="1971-01-01")
        add(0, frame=new)

        assert len(table()) == OLD + BATCH
        (added,) = set(matched.iterdir()) - {matched / "old.jsonl"}
        assert pd.read_json(added, lines=True, dtype=False)["age"].tolist() == [8] * BATCH

    def test_is_not_written_in_another_format(self, add, table):
        with pytest.raises(InvalidInputException, match="Cannot add a file of csv"):
            add(0, file_format="csv")

        assert len(table()) == OLD

    @pytest.mark.parametrize("name", ["old.parquet", "new.parquet"])
    def test_has_no_name_that_an_existing_one_may_have(self, add, table, matched, name):
        with pytest.raises(InvalidInputException, match="give the folder"):
            add(0, path=str(matched / name))
        with pytest.raises(InvalidInputException, match="give the folder"):
            add(0, path=str(matched / "old.parquet"), existing=matched / "old.parquet")

        assert len(table()) == OLD

    @pytest.mark.parametrize("name", ["_days", ".days", pytest.param("days/_new", id="deep")])
    def test_is_not_written_where_nobody_would_read_it(self, add, table, matched, name):
        with pytest.raises(InvalidInputException, match="no part of a table"):
            add(0, path=str(matched / name))

        assert len(table()) == OLD

    def test_is_not_written_beside_a_table_of_one_file(self, add, table, matched):
        """The next batch would not find it, and give its numbers to others."""
        with pytest.raises(InvalidInputException, match=r"the one file .*/old\.parquet: give its"):
            add(0, existing=matched / "old.parquet")

        assert len(table()) == OLD

    def test_is_written_beside_a_table_of_one_file_if_named(self, add, matched):
        """Who names a file knows where it is."""
        named = matched / "new.parquet"

        add(0, path=str(named), existing=matched / "old.parquet")

        assert pd.read_parquet(named)[KEY].tolist() == PEOPLE[KEY][OLD : OLD + BATCH].tolist()

    def test_says_which_file_has_other_columns(self, add, matched):
        (matched / "a.parquet").write_bytes((matched / "old.parquet").read_bytes())
        pd.DataFrame({"match_id": [1]}).to_parquet(matched / "a.parquet")

        with pytest.raises(InvalidInputException, match=r"told by .*/a\.parquet"):
            add(0)

    def test_is_not_written_where_numbers_run_out(self, add, table, matched):
        old = pd.read_parquet(matched / "old.parquet")
        old.loc[7, "match_id"] = 2**63 - 1
        old.to_parquet(matched / "old.parquet", index=False)

        with pytest.raises(InvalidInputException, match="in row 8, which leaves no room"):
            add(0)

        assert len(table()) == OLD


class TestStartFindMatches:
    def test_writes_new_records_alone(self, taught, folder, matched):
        """By a task run, among few records that are read as a whole."""
        glue, transform_id = taught
        core = core_of(glue)
        PEOPLE[OLD:].to_csv(folder / "new.csv", index=False)

        run_id = start_find_matches(
            core,
            transform_id,
            f"{folder}/out.csv",
            source=f"{folder}/new.csv",
            existing=str(matched),
            compute_match_confidence_scores=True,
            new_records_only=True,
        )
        run = wait_until_ended(core, run_id)

        assert run.status == "SUCCEEDED", run.error_string
        out = pd.read_csv(folder / "out.csv", dtype=str)
        assert out[KEY].tolist() == PEOPLE[KEY][OLD:].tolist()
        assert list(out.columns) == [*PEOPLE.columns, "match_id", "match_confidence_score"]
        assert run.output is not None
        assert run.output["record_count"] == len(out)
        assert run.output["uri"] == f"{folder}/out.csv"

    @pytest.mark.parametrize("choices", [{}, {"existing": "x", "remove_duplicates": True}])
    def test_refuses_choices_that_exclude_each_other(self, taught, folder, choices):
        glue, transform_id = taught

        with pytest.raises(InvalidInputException, match="New records only"):
            start_find_matches(
                core_of(glue), transform_id, str(folder), new_records_only=True, **choices
            )
