"""Finding matches in one table."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from glueml_core.matching import Matcher, MatchingOptions, find_matches
from glueml_core.matching.options import silent


def partition(matches: pd.DataFrame) -> set[frozenset[str]]:
    return {frozenset(ids) for _, ids in matches.groupby("match_id")["record_id"]}


def matching_pairs(matches: pd.DataFrame) -> set[tuple[str, str]]:
    pairs = matches.merge(matches, on="match_id", suffixes=("_l", "_r"))
    pairs = pairs[pairs["record_id_l"] < pairs["record_id_r"]]
    return set(zip(pairs["record_id_l"], pairs["record_id_r"], strict=True))


def find(records, matcher, labels, **options):
    return find_matches(records, matcher, labels, MatchingOptions(**options), silent)


def test_people_with_typing_errors_are_found(records, truth, matcher, labels):
    found = matching_pairs(find(records, matcher, labels))

    true = matching_pairs(truth[["record_id"]].assign(match_id=truth["entity"]))
    assert len(found & true) / len(true) > 0.97
    assert len(found & true) / len(found) > 0.97


def test_every_record_comes_back_once_and_in_place(records, matcher, labels):
    matches = find(records, matcher, labels)

    assert matches["record_id"].tolist() == records["record_id"].tolist()


@pytest.mark.behavior(39)
def test_a_match_id_is_the_lowest_row_number_of_its_cluster(records, matcher, labels):
    matches = find(records, matcher, labels)

    lowest = matches.reset_index().groupby("match_id")["index"].min()
    assert (lowest.index == lowest).all()
    assert matches["match_id"].dtype == np.int64


def test_the_order_of_the_records_changes_nothing(records, matcher, labels):
    shuffled = records.sample(frac=1, random_state=3).reset_index(drop=True)

    assert partition(find(shuffled, matcher, labels)) == partition(find(records, matcher, labels))


def test_the_ids_of_the_records_change_nothing(records, matcher, labels):
    renamed = {old: f"x{i * 7919 % 10007:05d}" for i, old in enumerate(records["record_id"])}
    other = records.assign(record_id=records["record_id"].map(renamed))

    expected = {
        frozenset(map(renamed.get, ids)) for ids in partition(find(records, matcher, labels))
    }
    assert partition(find(other, matcher, labels)) == expected


def test_a_file_given_twice_matches_each_record_with_its_copy(records, matcher, labels):
    copy = records.assign(record_id="copy-" + records["record_id"])
    both = pd.concat([records, copy], ignore_index=True)

    expected = {
        ids | {f"copy-{i}" for i in ids} for ids in partition(find(records, matcher, labels))
    }
    assert partition(find(both, matcher, labels)) == expected


@pytest.mark.behavior(39)
def test_asking_for_more_precision_never_adds_a_matching_pair(records, matcher, labels):
    by_dial = [
        matching_pairs(find(records, matcher, labels, precision_recall_tradeoff=dial))
        for dial in (0, 0.25, 0.5, 0.75, 1)
    ]

    for looser, stricter in itertools.pairwise(by_dial):
        assert stricter <= looser


@pytest.mark.behavior(39)
def test_enforced_labels_hold_even_against_the_model(records, matcher, truth):
    twins = truth.groupby("entity")["record_id"].apply(list)
    pair = next(ids for ids in twins if len(ids) > 1)[:2]
    strangers = [twins.iloc[5][0], twins.iloc[9][0]]
    wrong = pd.DataFrame(
        [
            ("a", pair[0], "1"),
            ("a", pair[1], "2"),
            ("b", strangers[0], "3"),
            ("b", strangers[1], "3"),
        ],
        columns=["labeling_set_id", "record_id", "label"],
    )

    match_id = find(records, matcher, wrong, enforce_provided_labels=True).set_index("record_id")[
        "match_id"
    ]

    assert match_id[pair[0]] != match_id[pair[1]]
    assert match_id[strangers[0]] == match_id[strangers[1]]


def test_of_labels_that_contradict_each_other_the_later_hold(records, matcher, truth):
    one, other = truth["record_id"].iloc[:2]
    labels = pd.DataFrame(
        [("early", one, "x"), ("early", other, "x"), ("late", one, "x"), ("late", other, "y")],
        columns=["labeling_set_id", "record_id", "label"],
    )

    match_id = find(records, matcher, labels, enforce_provided_labels=True).set_index("record_id")[
        "match_id"
    ]

    assert match_id[one] != match_id[other]


def test_a_matcher_written_down_and_read_again_finds_the_same(records, matcher, labels):
    read = Matcher.from_json(matcher.to_json())

    pd.testing.assert_frame_equal(find(records, read, labels), find(records, matcher, labels))
