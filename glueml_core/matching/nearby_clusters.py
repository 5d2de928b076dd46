"""Clusters of some rows as a whole table has them, found from what is near these rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from glueml_core.matching.components import LOWEST_LEVEL, MAX_ROWS, connected
from glueml_core.matching.links import Links
from glueml_core.matching.table_clusters import are_together, parted_rows

if TYPE_CHECKING:
    from glueml_core.matching.arrays import Floats, Mask, Positions
    from glueml_core.matching.blocking import RowPairs
    from glueml_core.matching.scoring import Scoring

__all__ = ["together_nearby"]


def together_nearby(left: Positions, right: Positions, scoring: Scoring, threshold: float) -> Mask:
    """
    Whether the records of pairs of rows end in one cluster of their table, no label enforced.

    Rows that no chain of halfway likely pairs connects never meet in a cluster. So what decides
    about the rows asked for is found along such chains, and most pairs of a table are never scored.
    Where a chain leads into a group that is too large to stay whole, the table's other groups have
    a say in how it is split, and all pairs are.

    Args:
        left: A row of each pair, shape (n_pairs,).
        right: Its other row.
        scoring: Gives match probabilities of the table's pairs.
        threshold: Match probability from which rows belong together.
    """
    row_count = len(scoring.comparison.table)
    rows = np.union1d(left, right)
    wanted = np.zeros(row_count, dtype=bool)
    wanted[rows] = True
    around = _probability_around(wanted, scoring)
    cluster = scoring.clusters(around, threshold, Links.none(row_count), wanted).cluster
    return are_together(left, right, cluster, parted_rows(rows, scoring, threshold))


def _probability_around(wanted: Mask, scoring: Scoring) -> Floats:
    """Match probability of each candidate pair that can matter to some rows; 0 of all others."""
    pairs = scoring.comparison.candidates
    probability = np.zeros(len(pairs), dtype=np.float32)
    scored = np.zeros(len(pairs), dtype=bool)
    reached = wanted
    while True:
        touching = reached[pairs.left] | reached[pairs.right]
        unscored = np.flatnonzero(touching & ~scored)
        probability[unscored] = scoring.some_candidates(unscored)
        scored = touching
        farther = _farther(reached, pairs, probability)
        if (farther == reached).all():
            return probability
        reached = farther


def _farther(reached: Mask, pairs: RowPairs, probability: Floats) -> Mask:
    """The rows that were reached, and those that likely pairs connect with them."""
    likely = probability >= LOWEST_LEVEL
    group = connected(pairs.left[likely], pairs.right[likely], len(reached))
    if np.bincount(group).max() > MAX_ROWS:
        return np.ones_like(reached)
    return np.asarray(np.isin(group, group[reached]))
