"""The clusters of a table as they are where nobody has labeled anything."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from glueml_core.matching.clustering import cluster_rows
from glueml_core.matching.evaluation_clusters import ClusteredPairs
from glueml_core.matching.links import Links
from glueml_core.matching.scoring import Scoring

if TYPE_CHECKING:
    from glueml_core.matching.arrays import Floats, Mask, Positions
    from glueml_core.matching.comparison import Comparison
    from glueml_core.matching.labels import LabeledPairs
    from glueml_core.matching.matcher import Matcher

__all__ = ["HeldOutClusters"]


@dataclass(frozen=True)
class HeldOutClusters:
    """
    Clusters in which labeled pairs have the probability that models gave them unseen.

    A matcher is surer of what it learned from; with that set right, labeled pairs stand for all
    others.

    Args:
        comparison: The table.
        labeled: The labeled pairs.
        matcher: What they taught; its held-out probabilities are in the order of `labeled`.
        threshold: Match probability from which rows belong together.
    """

    comparison: Comparison
    labeled: LabeledPairs
    matcher: Matcher
    threshold: float

    def probability(self, left: Positions, right: Positions) -> Floats:
        """Match probability of pairs of rows, as a model gives it that has not learned them."""
        return self._unlearned(left, right, self._scoring(left, right))

    @cached_property
    def candidates(self) -> Floats:
        """The same of the candidate pairs."""
        pairs = self.comparison.candidates
        return self._unlearned(pairs.left, pairs.right, self._scoring.candidates)

    @cached_property
    def cluster(self) -> Positions:
        """Cluster of each row, shape (n_rows,)."""
        pairs = self.comparison.candidates
        return cluster_rows(
            pairs.left,
            pairs.right,
            self.candidates,
            self.probability,
            self.threshold,
            Links.none(len(self._copies)),
        ).cluster

    @cached_property
    def everything(self) -> ClusteredPairs:
        """All pairs of records that were scored or put together."""
        size = len(self._copies)
        candidates = self.comparison.candidates
        keys = candidates.left * size + candidates.right
        left, right = _pairs_within(self.cluster)
        new = ~np.isin(left * size + right, keys)
        same = np.flatnonzero(self._copies > 1)
        rows_l = np.concatenate([candidates.left, left[new], same])
        rows_r = np.concatenate([candidates.right, right[new], same])
        added = self.probability(rows_l[len(keys) :], rows_r[len(keys) :])
        return ClusteredPairs(
            prob=np.concatenate([self.candidates, added]).astype(np.float64),
            together=self.together(rows_l, rows_r),
            count=self._record_pairs(rows_l, rows_r),
        )

    def together(self, left: Positions, right: Positions) -> Mask:
        """Whether the records of pairs of rows end in one cluster."""
        whole = ~self._parted[left] & ~self._parted[right]
        return np.asarray(whole & (self.cluster[left] == self.cluster[right]))

    @cached_property
    def _scoring(self) -> Scoring:
        return Scoring(self.matcher, self.comparison)

    @cached_property
    def _copies(self) -> Positions:
        return np.bincount(self.comparison.table.row_of, minlength=len(self.comparison.table))

    @cached_property
    def _parted(self) -> Mask:
        """Rows of several records that are too little alike, equal as they are, to match."""
        rows = np.flatnonzero(self._copies > 1)
        parted = np.zeros(len(self._copies), dtype=bool)
        parted[rows] = self.probability(rows, rows) < self.threshold
        return parted

    @cached_property
    def _labeled_keys(self) -> tuple[Positions, Floats]:
        keys = self.labeled.left * len(self._copies) + self.labeled.right
        distinct, first = np.unique(keys, return_index=True)
        return distinct, self.matcher.held_out.probability[first]

    def _unlearned(self, left: Positions, right: Positions, learned: Floats) -> Floats:
        keys, held_out = self._labeled_keys
        low, high = np.minimum(left, right), np.maximum(left, right)
        wanted = low * len(self._copies) + high
        at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        return np.where(keys[at] == wanted, held_out[at], learned)

    def _record_pairs(self, left: Positions, right: Positions) -> Floats:
        copies = self._copies.astype(np.float64)
        within = copies[left] * (copies[left] - 1) / 2
        return np.where(left == right, within, copies[left] * copies[right])


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
