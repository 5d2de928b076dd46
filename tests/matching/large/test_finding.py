"""A table matched part by part: bounded work, and the same promises as for a small one."""

from dataclasses import replace
from itertools import pairwise

import pandas as pd

from glueml_core.matching import MatchingOptions, find_matches
from glueml_core.matching.options import silent

IN_PARTS = MatchingOptions(whole_table_rows=0)


def partition(matches: pd.DataFrame) -> set[frozenset[str]]:
    return set(matches.groupby("match_id")["record_id"].agg(frozenset))


class TestFindMatchesInParts:
    def test_finds_who_is_who(self, truth, records, labels, taught_in_parts):
        matches = find_matches(records, taught_in_parts, labels, IN_PARTS, silent)

        entity = truth.set_index("record_id")["entity"]
        true = set(truth.groupby("entity")["record_id"].agg(frozenset))
        found = partition(matches)
        assert matches["record_id"].tolist() == records["record_id"].tolist()
        assert all(len(set(entity[list(cluster)])) == 1 for cluster in found)
        assert len(found & true) >= 0.95 * len(true)

    def test_does_not_care_in_which_order_records_stand(self, records, labels, taught_in_parts):
        shuffled = records.sample(frac=1, random_state=3).reset_index(drop=True)

        one = find_matches(records, taught_in_parts, labels, IN_PARTS, silent)
        other = find_matches(shuffled, taught_in_parts, labels, IN_PARTS, silent)

        assert partition(one) == partition(other)

    def test_a_cluster_is_named_after_the_position_of_its_first_record(
        self, records, labels, taught_in_parts
    ):
        matches = find_matches(records, taught_in_parts, labels, IN_PARTS, silent)

        position = pd.Series(range(len(matches)))
        assert (position.groupby(matches["match_id"]).transform("min") == matches["match_id"]).all()

    def test_equal_records_meet_however_many_there_are(self, records, labels, taught_in_parts):
        """More copies than any block may hold."""
        copies = pd.concat([records.iloc[[0]]] * 200)
        copies["record_id"] = [f"copy-{number}" for number in range(200)]
        table = pd.concat([records, copies], ignore_index=True)

        matches = find_matches(table, taught_in_parts, labels, IN_PARTS, silent)

        of_copies = matches.set_index("record_id")["match_id"][[*copies["record_id"]]]
        assert len(set(of_copies)) == 1

    def test_enforced_labels_hold(self, records, labels, taught_in_parts):
        """Even a label that joins strangers, and one that parts equals."""
        strangers = records["record_id"].iloc[[0, 7]].tolist()
        enforced = pd.DataFrame(
            {"labeling_set_id": "said", "record_id": strangers, "label": ["A", "A"]}
        )
        twin = records.iloc[[20]].assign(record_id="twin")
        table = pd.concat([records, twin], ignore_index=True)
        parted = pd.DataFrame(
            {
                "labeling_set_id": "twins",
                "record_id": [records["record_id"].iloc[20], "twin"],
                "label": ["A", "B"],
            }
        )
        options = replace(IN_PARTS, enforce_provided_labels=True)

        matches = find_matches(
            table, taught_in_parts, pd.concat([enforced, parted]), options, silent
        )

        match_id = matches.set_index("record_id")["match_id"]
        assert len(set(match_id[strangers])) == 1
        assert match_id["twin"] != match_id[records["record_id"].iloc[20]]


class TestProgress:
    def test_never_goes_back_and_comes_to_its_end(self, records, labels, taught_in_parts):
        told = []

        find_matches(records, taught_in_parts, labels, IN_PARTS, lambda *said: told.append(said))

        shares = [share for share, _ in told]
        assert shares[0] == 0
        assert shares[-1] == 1
        assert shares == sorted(shares)
        # No stage is silent for more than a third of the work.
        assert max(b - a for a, b in pairwise(shares)) < 1 / 3
