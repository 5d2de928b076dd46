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


def resampled_weights(set_codes: Positions, seed: int, invented: int = 0) -> Iterator[Floats]:
    """
    Weights of the pairs in each repeat, the pairs of one set weighing the same.

    Args:
        set_codes: The labeling set of each pair, from 0, shape (n_pairs,).
        seed: The same seed gives the same weights.
        invented: How many sets, the last ones, nobody has seen: they count half.

    Source:
        Rubin (1981), "The Bayesian bootstrap", with sets in the place of observations, since
        the pairs of one set share records and err together. Ferguson (1973), "A Bayesian analysis
        of some nonparametric problems", for what stands in it beforehand.
    """
    chance = np.random.default_rng(seed)
    shape = np.ones(int(set_codes.max()) + 1)
    shape[len(shape) - invented :] = 0.5
    for _ in range(REPEATS):
        yield chance.gamma(shape)[set_codes]


def resampled_metrics(
    prob: Floats, is_match: Mask, set_codes: Positions, threshold: float, seed: int
) -> dict[str, Floats]:
    """
    Values of each metric on resampled labeled pairs, by the metric's name, shape (REPEATS,) each.

    Two invented pairs, a match scored 0 and a non-match scored 1, stand for the mistakes that so
    few labels cannot have shown: without them 20 right answers would read as certainty.
    """
    prob, is_match = np.append(prob, [0.0, 1.0]), np.append(is_match, [True, False])
    set_codes = np.append(set_codes, set_codes.max() + np.array([1, 2]))
    repeats = [
        _metrics(prob, is_match, weight, threshold)
        for weight in resampled_weights(set_codes, seed, invented=2)
    ]
    return {name: np.array([values[name] for values in repeats]) for name in repeats[0]}


def resampled_recall(found: Mask, set_codes: Positions, seed: int) -> Floats:
    """Share that was found on resampled matches, shape (REPEATS,), one miss being invented."""
    found = np.append(found, [False])
    set_codes = np.append(set_codes, set_codes.max(initial=-1) + 1)
    shares = [
        float(weight @ found / weight.sum())
        for weight in resampled_weights(set_codes, seed, invented=1)
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
