"""Cutting dendrograms, of entities of any size."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from scipy.cluster.hierarchy import fcluster, linkage

from glueml_core.matching.clustering import _flat, cluster_rows
from glueml_core.matching.links import Links
from tests.matching.crowds import crowds


def cluster_sizes(*sizes: int) -> list[int]:
    """The sizes of the clusters of such entities, whose records are alike in any pair."""
    left, right = crowds(*sizes)
    found = cluster_rows(
        left,
        right,
        np.full(len(left), 0.9, np.float32),
        lambda left, _right: np.full(len(left), 0.8, np.float32),
        0.5,
        Links.none(sum(sizes)),
    )
    return sorted(np.unique(found.cluster, return_counts=True)[1].tolist())


def test_an_entity_of_many_records_is_one_cluster():
    assert cluster_sizes(2, 3, 700) == [2, 3, 700]


def test_of_many_large_entities_the_smallest_stay_whole():
    """What all pairs of all of them would cost has a bound; no record is lost beyond it."""
    *rest, almost, largest = cluster_sizes(500, 450, 800)

    assert (almost, largest) == (450, 500)
    assert sum(rest) == 800
    assert max(rest) <= 400


@pytest.mark.parametrize("is_wary", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_clusters_of_large_components_lie_inside_those_at_a_lower_threshold(seed, is_wary):
    """One component stays whole, one is split; blocking has found all that is at all likely."""
    rng = np.random.default_rng(seed)
    place = np.concatenate([rng.normal(0, 1, (600, 2)), rng.normal(100, 1, (1_200, 2))])

    def chance(left: np.ndarray, right: np.ndarray) -> np.ndarray:
        distance = np.linalg.norm(place[left] - place[right], axis=1)
        return (1 / (1 + np.exp(3 * distance - 3))).astype(np.float32)

    def large_merges(left: np.ndarray, right: np.ndarray) -> np.ndarray:
        return chance(left, right) ** 2

    left, right = np.triu_indices(len(place), 1)
    candidates = chance(left, right) > 0.05
    left, right = left[candidates], right[candidates]
    at = [
        cluster_rows(
            left,
            right,
            chance(left, right),
            chance,
            threshold,
            Links.none(len(place)),
            large_merges=large_merges if is_wary else None,
        ).cluster
        for threshold in (0.1, 0.3, 0.45, 0.6, 0.9)
    ]

    for lower, higher in pairwise(at):
        inside = set(zip(higher, lower, strict=True))
        assert len(inside) == len(np.unique(higher))
        assert len(np.unique(higher)) > len(np.unique(lower))


@pytest.mark.parametrize(
    ("sizes", "clusters"), [((10, 9), 1), ((10, 10), 2), ((20, 9), 1), ((20, 10), 2)]
)
def test_large_groups_stay_apart_where_only_one_of_two_probabilities_joins_them(sizes, clusters):
    found = clusters_of_two(sizes, Links.none(sum(sizes)))

    assert len(np.unique(found)) == clusters


def test_a_row_between_two_large_groups_goes_with_the_nearer():
    group = np.array([0] * 10 + [1] * 10 + [2])
    left, right = np.triu_indices(len(group), 1)
    between = np.where(group[left] == 0, 0.75, 0.6)
    across = np.where(group[right] == 2, between, 0.7)
    chance = np.where(group[left] == group[right], 0.9, across).astype(np.float32)

    found = cluster_rows(
        left, right, chance, unlikely, 0.5, Links.none(len(group)), large_merges=unlikely
    )

    assert found.cluster.tolist() == [0] * 10 + [10] * 10 + [0]


def test_rows_that_must_match_are_no_question():
    sizes = (10, 10)
    one_entity = replace(Links.none(20), group=np.zeros(20, dtype=np.int64))

    assert len(np.unique(clusters_of_two(sizes, one_entity))) == 1


def clusters_of_two(sizes: tuple[int, int], links: Links) -> np.ndarray:
    """Two groups whose rows are less alike across, and which one probability keeps apart."""
    group = np.repeat([0, 1], sizes)
    left, right = np.triu_indices(len(group), 1)
    chance = np.where(group[left] == group[right], 0.9, 0.7).astype(np.float32)

    return cluster_rows(left, right, chance, unlikely, 0.5, links, large_merges=unlikely).cluster


def unlikely(left: np.ndarray, _right: np.ndarray) -> np.ndarray:
    """A probability that joins nothing at even odds."""
    return np.full(len(left), 0.4, np.float32)


@pytest.mark.parametrize("seed", range(20))
def test_a_tree_is_cut_where_scipy_cuts_it(seed):
    """Ties among the heights, and a cut that falls on one of them, included."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(2, 30))
    tree = linkage(rng.integers(1, 8, count * (count - 1) // 2) / 8, method="average")
    height = float(rng.choice([*tree[:, 2], 0.5]))

    ours, theirs = _flat(tree.tolist(), height), fcluster(tree, height, criterion="distance")

    assert len(set(zip(ours, theirs, strict=True))) == len(set(ours)) == len(set(theirs))
