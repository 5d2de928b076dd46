"""How sure a metric is, by resampling labeling sets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from glueml_core.matching.metrics import precision_recall_curve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from glueml_core.matching.arrays import Floats, Mask, Positions

__all__ = ["REPEATS", "resampled_metrics", "resampled_recall", "resampled_weights"]

REPEATS = 400


def resampled_weights(set_codes: Positions, seed: int) -> Iterator[Floats]:
    """
    Weights of the pairs in each repeat, the pairs of one set weighing the same.

    Args:
        set_codes: The labeling set of each pair, from 0, shape (n_pairs,).
        seed: The same seed gives the same weights.

    Source:
        Rubin (1981), "The Bayesian bootstrap", with sets in the place of observations, since
        the pairs of one set share records and err together.
    """
    chance = np.random.default_rng(seed)
    set_count = int(set_codes.max()) + 1
    for _ in range(REPEATS):
        yield chance.exponential(size=set_count)[set_codes]


def resampled_metrics(
    prob: Floats, is_match: Mask, set_codes: Positions, threshold: float, seed: int
) -> dict[str, Floats]:
    """
    Values of each metric on resampled labeled pairs, by the metric's name, shape (REPEATS,) each.

    Two invented sets, a match scored 0 and a non-match scored 1, stand with half a pair's weight
    for the mistakes that so few labels cannot have shown: without them 20 right answers would
    read as certainty.
    """
    prob, is_match = np.append(prob, [0.0, 1.0]), np.append(is_match, [True, False])
    set_codes = np.append(set_codes, set_codes.max() + np.array([1, 2]))
    count = np.append(np.ones(len(prob) - 2), [0.5, 0.5])
    repeats = [
        _metrics(prob, is_match, weight * count, threshold)
        for weight in resampled_weights(set_codes, seed)
    ]
    return {name: np.array([values[name] for values in repeats]) for name in repeats[0]}


def resampled_recall(found: Mask, set_codes: Positions, seed: int) -> Floats:
    """Share that was found on resampled matches, shape (REPEATS,), half a miss being invented."""
    found = np.append(found, [False])
    set_codes = np.append(set_codes, set_codes.max(initial=-1) + 1)
    count = np.append(np.ones(len(found) - 1), 0.5)
    shares = [
        float((weight * count) @ found / (weight @ count))
        for weight in resampled_weights(set_codes, seed)
    ]
    return np.array(shares)


def _metrics(prob: Floats, is_match: Mask, weight: Floats, threshold: float) -> dict[str, float]:
    curve = precision_recall_curve(prob, is_match, weight)
    called = prob >= threshold
    hits = weight[called & is_match].sum()
    return {
        "area_under_pr_curve": curve.area,
        "precision": float(hits / weight[called].sum()),
        "recall": float(hits / weight[is_match].sum()),
        "f1": curve.max_f1,
    }
