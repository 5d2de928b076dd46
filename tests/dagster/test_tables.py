import pandas as pd

from glueml_core.user_tables import label_table, source_table
from glueml_dagster import Expectations, schema_check
from glueml_dagster.match_checks import MatchNumbers, match_checks
from glueml_dagster.quality_checks import floor_checks


def verdicts(matches: pd.DataFrame, expectations: Expectations, last: float | None) -> dict:
    checks = match_checks(matches, ["id"], "id", expectations, last, MatchNumbers.of(matches))
    return {check.check_name: check.passed for check in checks}


def matches_of(*match_ids: int) -> pd.DataFrame:
    return pd.DataFrame({"id": [f"r{n}" for n in range(len(match_ids))], "match_id": match_ids})


class TestSchemaCheck:
    def test_passes_records_with_a_sound_primary_key(self):
        records = pd.DataFrame({"id": ["1", "2"], "name": ["a", None]})

        check = schema_check(source_table(["id", "name"], "id"), records, name="source")

        assert check.passed

    def test_shows_the_rows_that_break_a_rule_and_how_many_more_there_are(self):
        """One bad row is fixed by hand; a thousand must not bury the other rules."""
        records = pd.DataFrame({"id": ["1"] * 500 + [" "], "name": ["a"] * 501})

        check = schema_check(source_table(["id", "name"], "id"), records, name="source")

        assert not check.passed
        assert check.metadata["failure_count"].value == 501
        shown = check.metadata["failed_values"].records
        assert len(shown) == 10
        assert {record.data["check"] for record in shown} == {"field_uniqueness", "is_not_blank"}
        assert len(check.metadata["failed_rows"].records) == 10

    def test_names_a_column_that_is_missing(self):
        check = schema_check(
            source_table(["id", "name"], "id"), pd.DataFrame({"id": ["1"]}), name="source"
        )

        assert not check.passed
        assert check.metadata["failed_values"].records[0].data["failure_case"] == "name"

    def test_finds_a_record_that_is_twice_in_a_labeling_set(self):
        rows = pd.DataFrame(
            {
                "labeling_set_id": ["s1", "s1"],
                "label": ["A", "B"],
                "id": ["1", "1"],
                "name": ["a"] * 2,
            }
        )

        check = schema_check(label_table(["id", "name"], "id", labeled=True), rows, name="labels")

        assert not check.passed
        assert check.metadata["failures_by_rule"].records[0].data["check"] == (
            "multiple_fields_uniqueness"
        )

    def test_finds_a_label_that_is_missing_only_where_people_have_answered(self):
        rows = pd.DataFrame({"labeling_set_id": ["s1"], "label": [None], "id": ["1"]})

        to_label = schema_check(label_table(["id"], "id", labeled=False), rows, name="sets")
        answered = schema_check(label_table(["id"], "id", labeled=True), rows, name="labels")

        assert to_label.passed
        assert not answered.passed


class TestMatchChecks:
    def test_pass_ordinary_matches(self):
        expectations = Expectations(max_cluster_size=2, max_matched_share_change=0.1)

        assert verdicts(matches_of(0, 0, 2, 3), expectations, last=0.5) == {
            "matches_schema": True,
            "largest_cluster": True,
            "matched_share": True,
        }

    def test_fail_on_a_record_that_is_there_twice(self):
        twice = pd.DataFrame({"id": ["a", "a"], "match_id": [0, 1]})

        assert verdicts(twice, Expectations(), None) == {"matches_schema": False}

    def test_fail_on_a_cluster_that_swallows_its_neighbours(self):
        assert not verdicts(matches_of(0, 0, 0), Expectations(max_cluster_size=2), None)[
            "largest_cluster"
        ]

    def test_fail_when_far_more_records_match_than_last_time(self):
        expectations = Expectations(max_matched_share_change=0.2)

        assert not verdicts(matches_of(0, 0, 1, 1), expectations, last=0.5)["matched_share"]

    def test_compare_the_first_matches_with_nothing(self):
        expectations = Expectations(max_matched_share_change=0.0)

        assert verdicts(matches_of(0, 0, 1, 1), expectations, last=None)["matched_share"]

    def test_count_clusters_duplicates_and_the_share_of_matched_records(self):
        assert MatchNumbers.of(matches_of(0, 0, 0, 3)) == MatchNumbers(4, 2, 3, 2, 0.75)


class TestFloorChecks:
    FLOORS = Expectations(min_precision=0.9, min_f1=0.8)

    def test_pass_at_the_floor_and_fail_below_it(self):
        checks = floor_checks(self.FLOORS, {"precision": 0.9, "f1": 0.79, "recall": 0.1})

        assert {check.check_name: check.passed for check in checks} == {
            "precision_floor": True,
            "f1_floor": False,
        }

    def test_fail_where_the_labels_cannot_tell_the_metric(self):
        precision, _ = floor_checks(self.FLOORS, {"f1": 0.9})

        assert not precision.passed
