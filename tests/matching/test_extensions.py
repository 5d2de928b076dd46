"""Blocking and features that a user brings."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from recordlinkage.base import BaseCompareFeature
from recordlinkage.index import Block

from glueml_core.matching import (
    Extensions,
    MatchingOptions,
    candidate_pairs,
    find_matches,
    train_matcher,
)
from glueml_core.matching.options import silent


class SameInitials(BaseCompareFeature):
    """1 where given name and surname begin alike."""

    def __init__(self) -> None:
        super().__init__(["given_name", "surname"], ["given_name", "surname"])

    def _compute_vectorized(self, given_l, surname_l, given_r, surname_r):
        return ((given_l.str[0] == given_r.str[0]) & (surname_l.str[0] == surname_r.str[0])).astype(
            float
        )


INITIALS = Extensions(features=(("same initials", SameInitials()),))


def test_a_matcher_learns_from_a_feature_of_the_user(records, labels):
    matcher = train_matcher(records, labels, MatchingOptions(extensions=INITIALS), silent)

    assert matcher.extension_features == ("same initials",)
    found = find_matches(records, matcher, labels, MatchingOptions(extensions=INITIALS), silent)
    assert len(found) == len(records)


def test_a_matcher_refuses_to_work_without_a_feature_it_learned_from(records, labels):
    matcher = train_matcher(records, labels, MatchingOptions(extensions=INITIALS), silent)

    with pytest.raises(ValueError, match="same initials"):
        find_matches(records, matcher, labels, MatchingOptions(), silent)


def test_an_indexer_of_the_user_adds_candidates():
    records = pd.DataFrame(
        [("a", "red", "alpha one"), ("b", "red", "beta two"), ("c", "blue", "gamma three")],
        columns=["record_id", "color", "name"],
    )
    same_color = Extensions(indexers=(Block("color"),))

    added = candidate_pairs(records, MatchingOptions(0.5, 0.5, extensions=same_color))

    assert ("a", "b") in set(zip(added["record_id_l"], added["record_id_r"], strict=True))


def test_a_feature_must_give_one_number_for_a_pair(records, labels):
    class Two(BaseCompareFeature):
        def _compute_vectorized(self, left, right):
            return pd.DataFrame({"one": left == right, "two": left == right})

    twice = Extensions(features=(("two", Two("state", "state")),))

    with pytest.raises(ValueError, match="one number"):
        train_matcher(records, labels, MatchingOptions(extensions=twice), silent)


IN_PARTS = MatchingOptions(whole_table_rows=0)


def test_a_large_table_is_matched_with_a_feature_of_the_user(records, labels):
    options = replace(IN_PARTS, extensions=INITIALS)
    matcher = train_matcher(records, labels, options, silent)

    # A model of other features than it gets would refuse them.
    found = find_matches(records, matcher, labels, options, silent)

    assert matcher.first_stage[0].trees.num_feature() == 1 + plain_feature_count(records, labels)
    assert len(found) == len(records)


def plain_feature_count(records, labels) -> int:
    return train_matcher(records, labels, IN_PARTS, silent).first_stage[0].trees.num_feature()


def test_an_indexer_of_the_user_adds_candidates_in_a_large_table():
    """Two rows that agree on nothing rare, and that no join would bring together."""
    records = pd.DataFrame(
        [(f"r{n}", ("red", "blue")[n % 2], f"name{n}") for n in range(40)],
        columns=["record_id", "color", "name"],
    )
    told: list[str] = []
    indexer = Extensions(indexers=(Block("color"),))
    labels = pd.DataFrame(
        {"labeling_set_id": "s", "record_id": ["r0", "r2", "r1"], "label": ["A", "A", "B"]}
    )
    matcher = train_matcher(records, labels, IN_PARTS, silent)

    for extensions in (Extensions(), indexer):
        options = replace(IN_PARTS, extensions=extensions)
        find_matches(records, matcher, labels, options, lambda _, text: told.append(text))

    compared = [text.split()[1] for text in told if text.endswith("pairs at a glance")]
    assert compared == ["380"]
