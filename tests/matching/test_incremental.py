"""Placing new records among records that are matched already."""

from __future__ import annotations

import pandas as pd
import pytest

from glueml_core.matching import MatchingOptions, find_incremental_matches, find_matches
from glueml_core.matching.options import silent


@pytest.fixture(scope="module")
def split(records, matcher, labels):
    """Two thirds of the records, matched, and the rest."""
    old, new = records.iloc[: len(records) * 2 // 3], records.iloc[len(records) * 2 // 3 :]
    matched = find_matches(old, matcher, labels, MatchingOptions(), silent)
    return old.merge(matched[["record_id", "match_id"]], on="record_id"), new


def place(existing, incremental, matcher, labels):
    return find_incremental_matches(
        existing, incremental, matcher, labels, MatchingOptions(), silent
    )


@pytest.mark.behavior(40)
def test_existing_records_keep_their_ids(split, matcher, labels):
    existing, new = split

    match_id = place(existing, new, matcher, labels).set_index("record_id")["match_id"]

    assert match_id[existing["record_id"]].tolist() == existing["match_id"].tolist()


@pytest.mark.behavior(40)
def test_new_records_join_the_cluster_of_their_entity_or_open_one(split, truth, matcher, labels):
    existing, new = split
    entity = truth.set_index("record_id")["entity"]

    match_id = place(existing, new, matcher, labels).set_index("record_id")["match_id"]

    home = (
        existing.assign(entity=existing["record_id"].map(entity))
        .groupby("entity")["match_id"]
        .min()
    )
    joined = [match_id[i] == home[entity[i]] for i in new["record_id"] if entity[i] in home.index]
    opened = [
        match_id[i] > existing["match_id"].max()
        for i in new["record_id"]
        if entity[i] not in home.index
    ]
    assert sum(joined) / len(joined) > 0.97
    assert sum(opened) / len(opened) > 0.97


@pytest.mark.behavior(40)
def test_a_record_between_two_clusters_joins_one_and_leaves_both(records, matcher, labels):
    twin = records.iloc[[0]]
    existing = pd.concat([twin.assign(record_id="a"), twin.assign(record_id="b")]).assign(
        match_id=[3, 8]
    )

    match_id = place(existing, twin.assign(record_id="c"), matcher, labels).set_index("record_id")[
        "match_id"
    ]

    assert match_id["a"] == 3
    assert match_id["b"] == 8
    assert match_id["c"] in {3, 8}


def test_a_record_in_both_tables_is_refused(split, matcher, labels):
    existing, _ = split

    with pytest.raises(ValueError, match="is in both tables"):
        place(existing, existing.drop(columns="match_id"), matcher, labels)
