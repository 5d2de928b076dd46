"""What few labels owe to likeness, by how many entities they are of."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from glueml_core.matching.labels import LabeledPairs
from glueml_core.matching.likeness_alone import LikenessAlone

COUPLES = [2, 2, 2, 2, 2]
TWO_LARGE = [5, 5]
LONERS_AND_A_COUPLE = [2, *[1] * 8]


def labels_of(sets: int, entities: list[int]) -> LabeledPairs:
    """Sets of the same make: so many records of each entity, every record in one set."""
    in_a_set = np.repeat(np.arange(len(entities)), entities)
    pairs = np.array(list(combinations(range(len(in_a_set)), 2)))
    entity = in_a_set[pairs]
    left, right = (pairs.T[:, None, :] + len(in_a_set) * np.arange(sets)[:, None]).reshape(2, -1)
    is_match = np.tile(entity[:, 0] == entity[:, 1], sets)
    return LabeledPairs(left, right, is_match, np.repeat(np.arange(sets), len(pairs)))


def right_about(labeled: LabeledPairs, found: float = 1.0, wrong: int = 0) -> LikenessAlone:
    """Likeness that finds a share of the matches, and joins some that are none."""
    matches, others = np.flatnonzero(labeled.is_match), np.flatnonzero(~labeled.is_match)
    together = np.zeros(len(labeled), dtype=bool)
    together[matches[: round(found * len(matches))]] = True
    together[others[:wrong]] = True
    return LikenessAlone(labeled, together)


@pytest.mark.parametrize(("sets", "owed"), [(3, 0.5), (9, 0.5), (10, 0.0)])
def test_many_matches_of_few_entities_owe_half_until_a_file_is_done(sets, owed):
    assert right_about(labels_of(sets, TWO_LARGE)).owed == owed


def test_as_many_matches_of_small_entities_owe_nothing():
    assert right_about(labels_of(9, COUPLES)).owed == 0


@pytest.mark.parametrize(("sets", "owed"), [(3, 0.75), (9, 0.75), (13, 0.0)])
def test_few_matches_owe_most(sets, owed):
    assert right_about(labels_of(sets, LONERS_AND_A_COUPLE)).owed == owed


@pytest.mark.parametrize(("sets", "owed"), [(6, 0.5), (7, 0.0)])
def test_where_much_is_to_be_parted_half_as_many_matches_are_few(sets, owed):
    labeled = labels_of(sets, LONERS_AND_A_COUPLE)

    assert right_about(labeled, wrong=sets).owed == owed


@pytest.mark.parametrize("entities", [COUPLES, TWO_LARGE, LONERS_AND_A_COUPLE])
def test_who_misses_more_than_a_quarter_is_owed_nothing(entities):
    assert right_about(labels_of(4, entities), found=0.5).owed == 0


def test_two_sets_owe_half_to_who_is_fair():
    labeled = labels_of(2, TWO_LARGE)

    assert right_about(labeled, found=0.6).owed == 0.5
    assert right_about(labeled, found=0.2).owed == 0


@pytest.mark.parametrize(("joined", "no_room"), [(1_300, False), (1_400, True)])
def test_who_finds_nearly_all_leaves_no_room_for_far_more(joined, no_room):
    assert right_about(labels_of(6, COUPLES)).leaves_no_room(joined, 1_000) is no_room


@pytest.mark.parametrize(("joined", "more"), [(450, True), (550, False)])
def test_who_joins_less_than_likeness_joins_rightly_misses_what_it_finds(joined, more):
    """Half of what likeness joins is right, by labels: some 500 of 1,000 pairs."""
    labeled = labels_of(6, COUPLES)
    half_right = right_about(labeled, wrong=int(labeled.is_match.sum()))

    assert half_right.joins_more_rightly(joined, 1_000) is more


def test_labels_that_hold_hardly_anything_wrong_do_not_tell_how_much_is_right():
    assert not right_about(labels_of(6, COUPLES)).joins_more_rightly(10, 1_000)
