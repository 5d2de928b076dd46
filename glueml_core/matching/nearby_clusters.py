"""Clusters of some rows as a whole table has them, found from what is near these rows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from glueml_core.matching.clustering import cluster_some
from glueml_core.matching.components import LOWEST_LEVEL, MAX_ROWS, connected
from glueml_core.matching.table_clusters import are_together

if TYPE_CHECKING:
    from glueml_core.matching.arrays import Floats, Mask, Positions
    from glueml_core.matching.scoring import Scoring

__all__ = ["NearbyClusters"]


@dataclass(frozen=True)
class NearbyClusters:
    """
    The clusters that some rows have in their table, no label enforced.

    Rows that no chain of halfway likely pairs connects never meet in a cluster. So what decides
    about the rows asked for is found along such chains, and most pairs of a table are never scored.
    Where a chain leads into a group that is too large to stay whole, the table's other groups have
    a say in how it is split, and all pairs are.

    Args:
        scoring: Gives match probabilities of the table's pairs.
        threshold: Match probability from which rows belong together.
        rows: The rows asked for.
    """

    scoring: Scoring
    threshold: float
    rows: Positions

    def together(self, left: Positions, right: Positions) -> Mask:
        """Whether the records of pairs of the rows end in one cluster."""
        return are_together(left, right, self._cluster, self._parted)

    @cached_property
    def _cluster(self) -> Positions:
        """Cluster of each row, shape (n_rows,), right for the rows asked for and their company."""
        comparison = self.scoring.comparison
        pairs, row_count = comparison.candidates, len(comparison.table)
        probability, reached = self._reach()
        rows = np.flatnonzero(reached)
        wanted = np.zeros(row_count, dtype=bool)
        wanted[self.rows] = True
        found = cluster_some(
            rows,
            pairs.left,
            pairs.right,
            probability,
            self.scoring,
            self.threshold,
            row_count,
            wanted,
        )
        cluster = np.arange(row_count)
        cluster[rows] = rows[found.cluster]
        return cluster

    def _reach(self) -> tuple[Floats, Mask]:
        """Match probability of every pair of the rows that were reached, and which these are."""
        pairs = self.scoring.comparison.candidates
        probability = np.full(len(pairs), np.nan, dtype=np.float32)
        reached = np.zeros(len(self.scoring.comparison.table), dtype=bool)
        reached[self.rows] = True
        while True:
            touching = reached[pairs.left] | reached[pairs.right]
            unscored = np.flatnonzero(touching & np.isnan(probability))
            probability[unscored] = self.scoring.some_candidates(unscored)
            farther = self._farther(probability, reached)
            if (farther == reached).all():
                return probability, reached
            reached = farther

    def _farther(self, probability: Floats, reached: Mask) -> Mask:
        pairs = self.scoring.comparison.candidates
        likely = probability >= LOWEST_LEVEL
        group = connected(pairs.left[likely], pairs.right[likely], len(reached))
        if np.bincount(group).max() > MAX_ROWS:
            return np.ones_like(reached)
        return np.asarray(np.isin(group, group[reached]))

    @cached_property
    def _parted(self) -> Mask:
        """Rows asked for whose records, equal as they are, are too little alike to match."""
        row_of = self.scoring.comparison.table.row_of
        copies = np.bincount(row_of, minlength=len(self.scoring.comparison.table))
        repeated = self.rows[copies[self.rows] > 1]
        parted = np.zeros(len(copies), dtype=bool)
        parted[repeated] = self.scoring(repeated, repeated) < self.threshold
        return parted
