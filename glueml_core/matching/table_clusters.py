"""The clusters of a whole table, with what they say of every pair of its records."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from glueml_core.matching.evaluation_clusters import ClusteredPairs
from glueml_core.matching.links import Links
from glueml_core.matching.pair_values import look_up

if TYPE_CHECKING:
    from glueml_core.matching.arrays import Floats, Mask, Positions
    from glueml_core.matching.comparison import Comparison
    from glueml_core.matching.labels import LabeledPairs
    from glueml_core.matching.scoring import Scoring

__all__ = ["TableClusters", "are_together", "parted_rows"]


@dataclass(frozen=True)
class TableClusters:
    """
    Clusters of a table, no label enforced.

    Args:
        comparison: The table.
        scoring: Gives match probabilities.
        threshold: Match probability from which rows belong together.
    """

    comparison: Comparison
    scoring: Scoring
    threshold: float

    @cached_property
    def cluster(self) -> Positions:
        """Cluster of each row, shape (n_rows,)."""
        links = Links.none(len(self._copies))
        return self.scoring.clusters(self.scoring.candidates, self.threshold, links).cluster

    @property
    def joined(self) -> int:
        """How many pairs of rows are in one cluster."""
        size = np.bincount(self.cluster)
        return int((size * (size - 1) // 2).sum())

    def together(self, left: Positions, right: Positions) -> Mask:
        """Whether the records of pairs of rows end in one cluster."""
        return are_together(left, right, self.cluster, self._parted)

    def is_candidate(self, left: Positions, right: Positions) -> Mask:
        """Whether blocking found pairs of rows; records that say the same need no finding."""
        return np.asarray(np.isin(self._keys(left, right), self._candidate_keys) | (left == right))

    def pairs_beside(self, labeled: LabeledPairs) -> ClusteredPairs:
        """All pairs of records that were scored or put together, but for the labeled ones."""
        candidates = self.comparison.candidates
        left, right = _pairs_within(self.cluster)
        new = ~np.isin(self._keys(left, right), self._candidate_keys)
        same = np.flatnonzero(self._copies > 1)
        rows_l = np.concatenate([candidates.left, left[new], same])
        rows_r = np.concatenate([candidates.right, right[new], same])
        scored = len(candidates)
        added = self.scoring(rows_l[scored:], rows_r[scored:])
        return ClusteredPairs(
            prob=np.concatenate([self.scoring.candidates, added]).astype(np.float64),
            together=self.together(rows_l, rows_r),
            count=self._record_pairs(rows_l, rows_r) - self._how_many(labeled, rows_l, rows_r),
        )

    @cached_property
    def _copies(self) -> Positions:
        return np.bincount(self.comparison.table.row_of, minlength=len(self.comparison.table))

    @cached_property
    def _parted(self) -> Mask:
        return parted_rows(np.arange(len(self._copies)), self.scoring, self.threshold)

    @cached_property
    def _candidate_keys(self) -> Positions:
        return self._keys(self.comparison.candidates.left, self.comparison.candidates.right)

    def _keys(self, left: Positions, right: Positions) -> Positions:
        return left * len(self._copies) + right

    def _record_pairs(self, left: Positions, right: Positions) -> Floats:
        copies = self._copies.astype(np.float64)
        within = copies[left] * (copies[left] - 1) / 2
        return np.where(left == right, within, copies[left] * copies[right])

    def _how_many(self, labeled: LabeledPairs, left: Positions, right: Positions) -> Positions:
        """How many labeled pairs of records each pair of rows has."""
        keys, count = np.unique(self._keys(labeled.left, labeled.right), return_counts=True)
        return look_up(keys, count, self._keys(left, right))[1]


def parted_rows(rows: Positions, scoring: Scoring, threshold: float) -> Mask:
    """
    Which rows have several records that are too little alike, equal as they are, to match.

    Args:
        rows: The rows to look at, each once; of all others the answer is no.
        scoring: Gives match probabilities, of a row with itself among them.
        threshold: Match probability from which records belong together.

    Returns:
        Shape (n_rows,), of all rows of the table.
    """
    table = scoring.comparison.table
    copies = np.bincount(table.row_of, minlength=len(table))
    repeated = rows[copies[rows] > 1]
    parted = np.zeros(len(table), dtype=bool)
    parted[repeated] = scoring(repeated, repeated) < threshold
    return parted


def are_together(left: Positions, right: Positions, cluster: Positions, parted: Mask) -> Mask:
    """
    Whether the records of pairs of rows end in one cluster.

    Args:
        left: A row of each pair, shape (n_pairs,).
        right: Its other row.
        cluster: Cluster of each row, shape (n_rows,).
        parted: Rows whose records, equal as they are, do not match, shape (n_rows,).
    """
    return np.asarray(~parted[left] & ~parted[right] & (cluster[left] == cluster[right]))


def _pairs_within(cluster: Positions) -> tuple[Positions, Positions]:
    """Every pair of rows of one cluster, the lower row first."""
    order = np.argsort(cluster, kind="stable")
    starts = np.flatnonzero(np.diff(cluster[order])) + 1
    lefts, rights = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for members in np.split(order, starts):
        upper, lower = np.triu_indices(len(members), 1)
        lefts.append(members[upper])
        rights.append(members[lower])
    return np.concatenate(lefts), np.concatenate(rights)
