"""Clusters of rows, most of which need no dendrogram to be seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from glueml_core.matching.arrays import Floats, Mask, Positions
from glueml_core.matching.clustering import (
    Clusters,
    ScorePairs,
    cluster_rows,
    confidence_alone,
)
from glueml_core.matching.components import connected
from glueml_core.matching.links import Links

__all__ = ["cluster_many"]


@dataclass(frozen=True)
class _Pairs:
    left: Positions
    right: Positions
    probability: Floats

    def take(self, chosen: Mask) -> _Pairs:
        return _Pairs(self.left[chosen], self.right[chosen], self.probability[chosen])


def cluster_many(
    left: Positions,
    right: Positions,
    probability: Floats,
    score_pairs: ScorePairs,
    threshold: float,
    row_count: int,
) -> Clusters:
    """
    What `cluster_rows` gives where nothing is linked, in time that suits millions of rows.

    Rows that are all paired with each other, each pair at the threshold or above, have no average
    below it and are one cluster; only the rest is clustered in earnest.

    Args:
        left: Lower row of each candidate pair, ascending.
        right: Its other row, ascending within `left`.
        probability: Their match probability.
        score_pairs: Gives the probability of pairs that blocking did not find.
        threshold: Match probability from which rows belong together.
        row_count: Number of rows.
    """
    pairs = _Pairs(left, right, probability)
    strong = pairs.take(probability >= threshold)
    group = connected(strong.left, strong.right, row_count)
    size = np.bincount(group)
    joined = np.bincount(group[strong.left], minlength=len(size))
    clear = joined == size * (size - 1) // 2

    first = np.full(len(size), row_count, dtype=np.int64)
    np.minimum.at(first, group, np.arange(row_count))
    cluster = np.where(clear[group], first[group], np.arange(row_count))
    total = np.bincount(group[strong.left], weights=strong.probability, minlength=len(size))
    cohesion = (total / np.maximum(joined, 1)).astype(np.float32)
    in_company = clear & (size > 1)
    alone = confidence_alone(left, right, probability, row_count)
    confidence = np.where(in_company[group], cohesion[group], alone)

    rows = np.flatnonzero(~clear[group])
    found = _cluster_some(rows, pairs, score_pairs, threshold, row_count)
    cluster[rows], confidence[rows] = rows[found.cluster], found.confidence
    return Clusters(cluster, confidence)


def _cluster_some(
    rows: Positions, pairs: _Pairs, score_pairs: ScorePairs, threshold: float, row_count: int
) -> Clusters:
    """Clusters of some rows, by their positions among these."""
    position = np.full(row_count, -1, dtype=np.int64)
    position[rows] = np.arange(len(rows))
    inside = pairs.take((position[pairs.left] >= 0) & (position[pairs.right] >= 0))
    return cluster_rows(
        position[inside.left],
        position[inside.right],
        inside.probability,
        lambda one, other: score_pairs(rows[one], rows[other]),
        threshold,
        Links.none(len(rows)),
    )
