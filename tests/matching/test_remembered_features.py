"""Features that are asked for again."""

from __future__ import annotations

import numpy as np
import pytest

from glueml_core.matching.features import Feature, FeatureTable
from glueml_core.matching.features.remembered import RememberedFeatures

ROWS = 100


class Work:
    """Computes a feature, and keeps what it was asked for."""

    layout = (Feature("sum"), Feature("difference"))

    def __init__(self) -> None:
        self.pairs: list[tuple[int, int]] = []

    def __call__(self, left: np.ndarray, right: np.ndarray) -> FeatureTable:
        self.pairs += zip(left.tolist(), right.tolist(), strict=True)
        return FeatureTable(self.layout, np.column_stack([left + right, right - left]))


@pytest.fixture
def work() -> Work:
    return Work()


def some_pairs(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    return tuple(np.random.default_rng(seed).integers(0, ROWS, (2, count)))


def assert_right(found: FeatureTable, left: np.ndarray, right: np.ndarray) -> None:
    np.testing.assert_array_equal(found["sum"], left + right)
    np.testing.assert_array_equal(found["difference"], right - left)


def test_pairs_have_their_features_however_often_and_in_whatever_order_they_are_asked_for(work):
    features = RememberedFeatures(work.layout, work, ROWS, most_pairs=10_000)

    for seed, count in enumerate([30, 0, 1, 400, 30, 2000]):
        left, right = some_pairs(count, seed)
        assert_right(features(left, right), left, right)
        assert_right(features(left[::-1], right[::-1]), left[::-1], right[::-1])


def test_no_pair_is_computed_twice(work):
    features = RememberedFeatures(work.layout, work, ROWS, most_pairs=10_000)

    for seed in (1, 2, 1, 2):
        features(*some_pairs(500, seed))

    assert len(work.pairs) == len(set(work.pairs))


def test_what_is_too_much_to_keep_is_computed_all_the_same(work):
    features = RememberedFeatures(work.layout, work, ROWS, most_pairs=50)
    few, many = some_pairs(40, 1), some_pairs(60, 2)

    features(*few)
    for _ in range(2):
        assert_right(features(*many), *many)
        assert_right(features(*few), *few)

    distinct = len(set(zip(*(rows.tolist() for rows in few), strict=True)))
    assert len(work.pairs) == distinct + 2 * 60
