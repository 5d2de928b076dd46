"""The union of what every blocking rule finds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from glueml_core.matching.arrays import Mask, Positions
from glueml_core.matching.blocking.effort import Effort
from glueml_core.matching.blocking.keys import key_pairs
from glueml_core.matching.blocking.near_rows import NearRows
from glueml_core.matching.blocking.neighbors import neighbor_pairs
from glueml_core.matching.blocking.shared_neighbors import shared_neighbor_pairs
from glueml_core.matching.vectors import TableVectors

__all__ = ["RowPairs", "row_pairs"]

_Pairs: TypeAlias = tuple[Positions, Positions]


@dataclass(frozen=True)
class RowPairs:
    """
    Pairs of rows, each once, in ascending order, the lower row on the left.

    Args:
        left, right: Row positions, shape (n_pairs,).
        is_near: Whether they resemble each other, and not only the same other rows. Those that do
            are each other's rivals, and what people are asked about.
    """

    left: Positions
    right: Positions
    is_near: Mask

    @classmethod
    def union(cls, near: Iterable[_Pairs], row_count: int, far: Iterable[_Pairs] = ()) -> RowPairs:
        """All pairs of the parts; a row paired with itself is left out."""
        near_keys, far_keys = _keys(near, row_count), _keys(far, row_count)
        distinct = np.union1d(near_keys, far_keys)
        left, right = np.divmod(distinct, max(row_count, 1))
        return cls(left, right, np.isin(distinct, near_keys))

    def __len__(self) -> int:
        return len(self.left)

    @property
    def near(self) -> RowPairs:
        """The pairs that resemble each other."""
        return self.take(self.is_near)

    def take(self, chosen: Mask | Positions) -> RowPairs:
        """Some of the pairs."""
        return RowPairs(self.left[chosen], self.right[chosen], self.is_near[chosen])


def row_pairs(vectors: TableVectors, effort: Effort, added: Sequence[_Pairs] = ()) -> RowPairs:
    """Candidate pairs of distinct rows; `added` are the user's own."""
    near = NearRows.of((vectors.words_with_acronyms, vectors.grams.rows))
    return RowPairs.union(
        [neighbor_pairs(near, effort), key_pairs(vectors.table, effort), *added],
        len(vectors.table),
        far=[shared_neighbor_pairs(near, effort)],
    )


def _keys(parts: Iterable[_Pairs], row_count: int) -> Positions:
    """One number for each pair of different rows, each once."""
    lower_first = [(np.minimum(a, b), np.maximum(a, b)) for a, b in parts]
    keys = [low[low != high] * row_count + high[low != high] for low, high in lower_first]
    return np.unique(np.concatenate([np.empty(0, np.int64), *keys]))
