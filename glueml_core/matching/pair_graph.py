"""Which rows are paired with which, to walk from neighbour to neighbour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    from glueml_core.matching.arrays import Floats, Positions

__all__ = ["PairGraph"]


@dataclass(frozen=True)
class PairGraph:
    """
    The candidate pairs of each row.

    Args:
        start: Where each row's neighbours begin in the other arrays, shape (n_rows + 1,).
        row: The neighbours, row by row, shape (2 * n_pairs,).
        pair: The pair that joins each neighbour to its row, as a position, shape (2 * n_pairs,).
    """

    start: Positions
    row: Positions
    pair: Positions

    @classmethod
    def of(cls, left: Positions, right: Positions, row_count: int) -> PairGraph:
        """The graph of pairs (`left[i]`, `right[i]`), each given once."""
        # Position 0 would be dropped as an empty cell.
        position = np.arange(1, len(left) + 1, dtype=np.int64)
        ends = np.concatenate([left, right]), np.concatenate([right, left])
        both_ways = np.concatenate([position, position])
        cells = sparse.csr_matrix((both_ways, ends), shape=(row_count, row_count))
        return cls(cells.indptr.astype(np.int64), cells.indices.astype(np.int64), cells.data - 1)

    def neighbours(self, row: int) -> tuple[Positions, Positions]:
        """The rows paired with a row, and the positions of those pairs, shape (n_neighbours,)."""
        own = slice(self.start[row], self.start[row + 1])
        return self.row[own], self.pair[own]

    def best(self, value: Floats) -> Floats:
        """The highest value among each row's pairs, shape (n_rows,); 0 for a row without pairs."""
        best = np.zeros(len(self.start) - 1, dtype=value.dtype)
        paired = np.flatnonzero(np.diff(self.start))
        if len(paired):
            best[paired] = np.maximum.reduceat(value[self.pair], self.start[paired])
        return best
