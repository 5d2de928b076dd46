"""Which pairs get compared."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from glueml_core.matching import MatchingOptions, candidate_pairs, compare


def pairs_of(records: pd.DataFrame, dial: float = 0.5) -> set[tuple[str, str]]:
    found = candidate_pairs(records, MatchingOptions(accuracy_cost_tradeoff=dial))
    return set(zip(found["record_id_l"], found["record_id_r"], strict=True))


def test_spending_more_effort_never_loses_a_candidate(records):
    by_dial = [pairs_of(records, dial) for dial in (0, 0.3, 0.5, 0.8, 1)]

    assert all(less <= more for less, more in itertools.pairwise(by_dial))
    assert by_dial[0] < by_dial[-1]


def test_nearly_all_true_pairs_are_candidates(records, truth):
    same = truth.merge(truth, on="entity")
    true = {(a, b) for a, b in zip(same["record_id_x"], same["record_id_y"], strict=True) if a < b}

    assert len(true & pairs_of(records)) / len(true) > 0.99


def test_a_list_grows_where_many_records_are_near_equal():
    one = [
        (f"a{i:02d}", f"acme corporation department {i} main street springfield") for i in range(40)
    ]
    other = [(f"b{i:02d}", f"company number {i} in town {i * 31}") for i in range(400)]
    records = pd.DataFrame(one + other, columns=["record_id", "name"])

    found = pairs_of(records)

    wanted = set(itertools.combinations([i for i, _ in one], 2))
    assert len(wanted & found) / len(wanted) > 0.9


@pytest.mark.parametrize(
    "records",
    [
        pd.DataFrame({"record_id": ["a"], "name": ["x"]}),
        pd.DataFrame({"record_id": ["a", "b"], "name": [None, None]}),
        pd.DataFrame({"record_id": ["a", "b"], "name": ["", "x"], "empty": [None, None]}),
        pd.DataFrame({"record_id": ["a", "b", "c"]}),
    ],
    ids=["one record", "nothing but blanks", "a blank column", "no column but the key"],
)
def test_small_and_empty_tables_have_candidates_too(records):
    assert pairs_of(records) <= set(itertools.combinations(records["record_id"], 2))


def test_the_ends_of_a_cluster_meet_through_the_rows_between():
    """Two spellings without a common letter, and rows that have both."""
    ends = [("a0", "kyiv"), ("a1", "lwow")]
    between = [(f"b{i}", f"kyiv lwow {i:03d}") for i in range(8)]
    other = [(f"c{i:03d}", f"{i * 7919 % 1000:03d} street{i % 23}") for i in range(200)]
    records = pd.DataFrame(ends + between + other, columns=["record_id", "name"])

    assert ("a0", "a1") in pairs_of(records)


def test_rows_that_only_share_neighbors_are_no_rivals(records):
    """What is said of a pair does not change with candidates that hardly resemble anything."""
    comparison = compare(records, MatchingOptions())
    pairs = comparison.candidates
    near = replace(comparison, candidates=pairs.near)

    assert 0 < len(near.candidates) < len(pairs)
    np.testing.assert_array_equal(near.features.values, comparison.features.values[pairs.is_near])
