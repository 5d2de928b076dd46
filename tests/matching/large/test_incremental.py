"""New records among the clusters of a large table: placed as among a small one's."""

import re
from dataclasses import replace

import pandas as pd
import pytest

from glueml_core.matching import (
    MatchingOptions,
    find_incremental_matches,
    find_matches,
)
from glueml_core.matching.options import silent

IN_PARTS = MatchingOptions(whole_table_rows=0)


@pytest.fixture(scope="module")
def existing(truth):
    """Two records in three, in their true clusters, with ids that have gaps."""
    old = truth.iloc[: 2 * len(truth) // 3]
    return old.drop(columns="entity").assign(match_id=10 * pd.factorize(old["entity"])[0] + 5)


@pytest.fixture(scope="module")
def new(truth):
    return truth.iloc[2 * len(truth) // 3 :].drop(columns="entity").reset_index(drop=True)


def place(existing, new, matcher, labels, **changed):
    options = replace(IN_PARTS, **changed)
    return find_incremental_matches(existing, new, matcher, labels, options, silent)


class TestFindIncrementalMatchesInParts:
    def test_new_records_join_the_cluster_of_their_entity(
        self, truth, existing, new, taught_in_parts, labels
    ):
        matches = place(existing, new, taught_in_parts, labels)

        entity = truth.set_index("record_id")["entity"]
        of_new = matches[matches["record_id"].isin(new["record_id"])]
        known = dict(zip(entity[existing["record_id"]], existing["match_id"], strict=True))
        returning = of_new[of_new["record_id"].map(entity).isin(known)]
        right = returning["match_id"] == returning["record_id"].map(entity).map(known)
        assert matches["record_id"].tolist() == [*existing["record_id"], *new["record_id"]]
        assert right.mean() >= 0.95

    def test_existing_records_keep_their_ids(self, existing, new, taught_in_parts, labels):
        matches = place(existing, new, taught_in_parts, labels)

        kept = matches["match_id"].iloc[: len(existing)]
        assert kept.tolist() == existing["match_id"].tolist()

    def test_fresh_ids_lie_above_all_that_exist(self, existing, new, taught_in_parts, labels):
        stranger = new.iloc[[0]].assign(record_id="stranger")
        stranger[stranger.columns.drop("record_id")] = [
            f"zz{n}qx" for n in range(len(stranger.columns) - 1)
        ]

        matches = place(existing, stranger, taught_in_parts, labels)

        assert matches["match_id"].iloc[-1] > existing["match_id"].max()

    def test_places_as_the_whole_table_would(self, existing, new, taught_in_parts, labels):
        in_parts = place(existing, new, taught_in_parts, labels)
        whole = place(existing, new, taught_in_parts, labels, whole_table_rows=10**6)

        assert (in_parts["match_id"] == whole["match_id"]).mean() >= 0.95

    def test_compares_no_two_existing_records(self, existing, new, taught_in_parts, labels):
        told: list[str] = []
        few = new.iloc[:3]

        find_incremental_matches(
            existing, few, taught_in_parts, labels, IN_PARTS, lambda _, text: told.append(text)
        )
        find_matches(
            existing.drop(columns="match_id"),
            taught_in_parts,
            labels,
            IN_PARTS,
            lambda _, text: told.append(text),
        )

        told = [text.split()[1] for text in told if re.match(r"Comparing .* pairs", text)]
        few_pairs, *_, all_pairs = (int(count.replace(",", "")) for count in told)
        assert few_pairs < all_pairs / 10

    def test_enforced_labels_hold(self, existing, new, taught_in_parts):
        stranger = existing["record_id"].iloc[0]
        said = pd.DataFrame(
            {
                "labeling_set_id": "said",
                "record_id": [stranger, new["record_id"].iloc[0]],
                "label": "same",
            }
        )

        matches = place(existing, new, taught_in_parts, said, enforce_provided_labels=True)

        match_id = matches.set_index("record_id")["match_id"]
        assert match_id[new["record_id"].iloc[0]] == match_id[stranger]
