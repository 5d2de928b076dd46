from itertools import combinations

import numpy as np
import pytest

from glueml_core.matching.labeling_groups import GroupBuilder
from glueml_core.matching.labeling_seeds import SeedPicker
from glueml_core.matching.pair_graph import PairGraph

CLUSTER, ROWS = 20, 60


@pytest.fixture
def clustered():
    """Three clusters of twenty alike rows; rows of different clusters are a little alike."""
    left, right = np.array(list(combinations(range(ROWS), 2))).T
    likeness = np.where(left // CLUSTER == right // CLUSTER, 0.9, 0.2) - left * 1e-4
    return left, right, likeness


def builder_of(pairs, size=10):
    left, right, likeness = pairs
    return GroupBuilder(PairGraph.of(left, right, ROWS), likeness, np.ones(ROWS, bool), size)


def test_a_group_from_near_to_far_is_mixed_even_where_clusters_are_larger_than_it(clustered):
    group = builder_of(clustered).from_near_to_far([0, 1])

    assert len(set(group)) == 10
    assert len({row // CLUSTER for row in group}) > 1


def test_groups_share_no_row(clustered):
    builder = builder_of(clustered)

    groups = [builder.from_near_to_far([seed]) for seed in (0, 25, 50)]

    assert len({row for group in groups for row in group}) == 30


def test_a_group_in_doubt_gathers_the_pairs_that_are(clustered):
    left, right, _ = clustered
    unsure = np.isin(left, [0, 3, 25]) & np.isin(right, [3, 25, 41])

    group = builder_of(clustered, size=5).in_doubt([0, 3], unsure * 0.5, np.arange(ROWS) // CLUSTER)

    assert {0, 3, 25, 41} <= set(group)


def test_a_group_in_doubt_has_few_rows_of_one_cluster(clustered):
    pair_count = len(clustered[0])
    cluster = np.arange(ROWS) // CLUSTER

    group = builder_of(clustered).in_doubt([0, 1], np.ones(pair_count), cluster)

    assert len(group) == 10
    assert np.bincount(cluster[group]).max() == 4


def test_a_question_that_many_pairs_ask_is_not_asked_that_much_more(clustered):
    left, right, _ = clustered
    # One pair of the first and the last cluster, and the 400 of the first and the second.
    once = (left == 0) & (right == 59)
    often = (left < CLUSTER) & (right // CLUSTER == 1)
    question = np.where(once, 0, np.where(often, 1, 2))
    picker = SeedPicker(builder_of(clustered), left, right, np.random.default_rng(0))

    seeds = [tuple(picker.in_doubt((once | often) * 0.5, question)) for _ in range(2000)]

    assert 10 < seeds.count((0, 59)) < 40


def test_seeds_keep_away_from_rows_chosen_before(clustered):
    builder = builder_of(clustered, size=5)
    builder.crowd[:40] = 5
    picker = SeedPicker(builder, *clustered[:2], np.random.default_rng(0))

    left, right = picker.among(np.arange(len(clustered[0])))

    assert min(left, right) >= 40


def test_rows_without_a_pair_are_nobodys_neighbours():
    graph = PairGraph.of(np.array([0]), np.array([2]), 4)

    assert [len(graph.neighbours(row)[0]) for row in range(4)] == [1, 0, 1, 0]
    assert graph.best(np.array([0.7])).tolist() == [0.7, 0, 0.7, 0]
