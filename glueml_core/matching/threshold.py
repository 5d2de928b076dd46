"""The match probability from which records belong together."""

from __future__ import annotations

import numpy as np

from glueml_core.matching.arrays import Floats, Mask
from glueml_core.tradeoff import precision_weight

__all__ = ["choose_threshold"]

_LOWEST, _HIGHEST = 0.05, 0.99


def choose_threshold(probability: Floats, is_match: Mask, tradeoff: float) -> float:
    """
    The threshold that is best on labeled pairs the model had not seen.

    Raising the tradeoff never lowers it. Where a range of thresholds is equally good, the middle of
    the gap between the two pairs on its sides is taken.

    Args:
        probability: Match probability of each labeled pair, in [0, 1], shape (n_pairs,).
        is_match: Whether the pair is a match; one at least is.
        tradeoff: From 0 (recall) to 1 (precision).

    Source:
        Effectiveness of van Rijsbergen (1979), "Information Retrieval", chapter 7.
    """
    weight = precision_weight(tradeoff)
    levels, rank = np.unique(probability, return_inverse=True)
    links = _at_or_above(rank, len(levels))
    hits = _at_or_above(rank[is_match], len(levels))
    effectiveness = hits / (weight * links + (1 - weight) * is_match.sum())
    best = int(effectiveness.argmax())
    below = levels[best - 1] if best else 0.0
    return float(np.clip((levels[best] + below) / 2, _LOWEST, _HIGHEST))


def _at_or_above(rank: np.ndarray, count: int) -> np.ndarray:
    return np.bincount(rank, minlength=count)[::-1].cumsum()[::-1]
