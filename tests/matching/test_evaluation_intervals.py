"""What an interval says where labels show no mistake at all."""

import numpy as np
import pytest

from glueml_core.matching.evaluation_clusters import (
    ClusteredPairs,
    KnownPairs,
    LabeledSample,
    estimate_clusters,
)
from glueml_core.matching.evaluation_intervals import REPEATS, resampled_recall

SETS = np.repeat(np.arange(30), 10)


@pytest.fixture
def faultless() -> dict[str, np.ndarray]:
    """Estimates for 10,000 pairs, all clear, of which 300 others are labeled without a mistake."""
    is_match = np.arange(300) % 2 == 0
    labeled = ClusteredPairs(np.where(is_match, 0.999, 0.001), is_match, np.ones(300))
    together = np.arange(10_000) % 2 == 0
    return estimate_clusters(
        unknown=ClusteredPairs(np.where(together, 0.9999, 0.0001), together, np.ones(10_000)),
        known=KnownPairs.of(is_match, is_match),
        sample=LabeledSample(labeled, is_match, SETS),
        blocking_recall=resampled_recall(np.ones(300, bool), SETS, seed=0),
        seed=0,
    )


@pytest.mark.parametrize("metric", ["recall", "f1"])
def test_perfection_is_neither_ruled_out_nor_taken_for_granted(faultless, metric):
    low, high = np.quantile(faultless[metric], [0.025, 0.975])

    assert low < 1
    assert high == 1


def test_a_blocking_that_lost_no_labeled_match_may_have_lost_none():
    recall = resampled_recall(np.ones(300, bool), SETS, seed=0)

    lost_of_10_000 = 10_000 * (1 / recall - 1)
    assert recall.shape == (REPEATS,)
    assert 0.1 < (lost_of_10_000 < 0.5).mean() < 0.5
    assert np.quantile(lost_of_10_000, 0.975) > 20


def test_every_labeled_miss_lowers_what_blocking_is_thought_to_find():
    found = np.ones(300, bool)
    means = []
    for misses in range(0, 60, 20):
        found[:misses] = False
        means.append(resampled_recall(found, SETS, seed=0).mean())

    assert means == sorted(means, reverse=True)
    assert means[1] == pytest.approx(280 / 300, abs=0.01)
