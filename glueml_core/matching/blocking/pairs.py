"""The union of what every blocking rule finds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from glueml_core.matching.arrays import Mask, Positions
from glueml_core.matching.blocking.effort import Effort
from glueml_core.matching.blocking.keys import key_pairs
from glueml_core.matching.blocking.neighbors import neighbor_pairs
from glueml_core.matching.vectors import TableVectors

__all__ = ["RowPairs", "row_pairs"]


@dataclass(frozen=True)
class RowPairs:
    """
    Pairs of rows, each once, in ascending order, the lower row on the left.

    Args:
        left, right: Row positions, shape (n_pairs,).
    """

    left: Positions
    right: Positions

    @classmethod
    def union(cls, parts: Iterable[tuple[Positions, Positions]], row_count: int) -> RowPairs:
        """All pairs of the parts; a row paired with itself is left out."""
        keys = [np.minimum(a, b) * row_count + np.maximum(a, b) for a, b in parts]
        distinct = np.unique(np.concatenate(keys)) if keys else np.empty(0, np.int64)
        left, right = np.divmod(distinct, max(row_count, 1))
        return cls(left[left != right], right[left != right])

    def __len__(self) -> int:
        return len(self.left)

    def take(self, chosen: Mask | Positions) -> RowPairs:
        """Some of the pairs."""
        return RowPairs(self.left[chosen], self.right[chosen])


def row_pairs(
    vectors: TableVectors,
    effort: Effort,
    added: Sequence[tuple[Positions, Positions]] = (),
) -> RowPairs:
    """Candidate pairs of distinct rows; `added` are the user's own."""
    parts = [
        neighbor_pairs((vectors.words_with_acronyms, vectors.grams.rows), effort),
        key_pairs(vectors.table, effort),
        *added,
    ]
    return RowPairs.union(parts, len(vectors.table))
