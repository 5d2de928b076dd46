"""The match probability from which records belong together."""

from __future__ import annotations

import numpy as np

from glueml_core.matching.arrays import Floats, Mask, Positions
from glueml_core.tradeoff import expected_best_threshold, precision_weight

__all__ = ["best_effectiveness", "choose_threshold"]


def choose_threshold(
    probability: Floats, is_match: Mask, tradeoff: float, ideal_share: float = 0.0
) -> float:
    """
    The mean match probability from which joining two clusters raises expected effectiveness.

    With hits h, links l and all matches m, effectiveness is E = h / (w l + (1 - w) m). Links of
    mean probability p add p to h and 1 to l, which raises E exactly if p > w E. At w = 1/2 this is
    the rule that the best threshold for F1 is half the F1 reached. Only E itself is read from the
    labels: that is far steadier than the place of its maximum. Raising the tradeoff never lowers
    the threshold, because w E is a maximum of terms that rise with w.

    Args:
        probability: Calibrated match probability of labeled pairs that the model had not learned
            from, in [0, 1], shape (n_pairs,).
        is_match: Whether the pair is a match; one at least is.
        tradeoff: From 0 (recall) to 1 (precision).
        ideal_share: From 0 to 1: how far to take E for 1, where what the labels say of it is not
            to be relied on; at 1 and even tradeoff, records belong together from even odds.

    Source:
        Van Rijsbergen (1979), "Information Retrieval", chapter 7; Lipton, Elkan and Narayanaswamy
        (2014), "Optimal Thresholding of Classifiers to Maximize F1 Measure".
    """
    weight = precision_weight(tradeoff)
    reached = best_effectiveness(probability, is_match, weight)
    return expected_best_threshold(reached + ideal_share * (1 - reached), tradeoff)


def best_effectiveness(probability: Floats, is_match: Mask, weight: float) -> float:
    """Van Rijsbergen's effectiveness at its best threshold; precision counts by the weight."""
    levels, rank = np.unique(probability, return_inverse=True)
    links = _at_or_above(rank, len(levels))
    hits = _at_or_above(rank[is_match], len(levels))
    return float((hits / (weight * links + (1 - weight) * is_match.sum())).max())


def _at_or_above(rank: Positions, count: int) -> Positions:
    return np.bincount(rank, minlength=count)[::-1].cumsum()[::-1]
