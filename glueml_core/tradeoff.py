"""PrecisionRecallTradeoff: how much being right counts against finding all."""

from __future__ import annotations

__all__ = ["effectiveness", "expected_best_threshold", "precision_weight"]

# At the very ends of the dial precision or recall would count alone, and one sure pair or all
# pairs of the table would be the best answer; a little of the other keeps the answer useful.
_LEAST_SHARE = 0.05
_LOWEST, _HIGHEST = 0.05, 0.99


def precision_weight(tradeoff: float) -> float:
    """How much precision counts against recall at a tradeoff, in (0, 1)."""
    return _LEAST_SHARE + (1 - 2 * _LEAST_SHARE) * tradeoff


def effectiveness(precision: float, recall: float, tradeoff: float) -> float:
    """
    How good a point of a precision-recall curve is at a tradeoff, in [0, 1].

    Source:
        van Rijsbergen (1979), "Information Retrieval", chapter 7.
    """
    weight = precision_weight(tradeoff)
    mean = weight * recall + (1 - weight) * precision
    return precision * recall / mean if mean else 0.0


def expected_best_threshold(best_effectiveness: float, tradeoff: float) -> float:
    """The match probability from which to join; `glueml_core.matching.threshold` tells why."""
    return min(max(precision_weight(tradeoff) * best_effectiveness, _LOWEST), _HIGHEST)
