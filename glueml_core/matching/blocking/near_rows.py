"""Each row's nearest rows by TF-IDF cosine, and how far they stand out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from sparse_dot_topn import sp_matmul_topn

from glueml_core.matching.arrays import SparseRows
from glueml_core.matching.cores import CORES
from glueml_core.matching.tokens import TokenVectors, unit_rows

__all__ = ["NearRows", "list_length"]

_MIN_COSINE = 0.05
# Multiplications a row may cost: with it, the work grows with the number of rows only.
_WORK_PER_ROW = 30_000
# Lists are long enough to hold the largest clusters and, behind them, what a row resembles by
# chance; in large tables they are shorter, for memory's sake.
_LONGEST_LIST, _SHORTEST_LIST = 100, 40
_MAX_ENTRIES = 3_000_000


@dataclass(frozen=True)
class NearRows:
    """
    Long lists of the rows that resemble a row, shape (n_rows, n_rows) each, without itself.

    How near a neighbor is does not depend on the effort that blocking may do.

    Args:
        lead: How far each neighbor stands out of the row's background, which is its similarity to
            the last of the list: 1 is as near as its nearest neighbor, 0 is its background.
        cosine: How alike the two are, in [0, 1]. What no list holds has none.
    """

    lead: SparseRows
    cosine: SparseRows

    @classmethod
    def of(cls, views: Sequence[TokenVectors]) -> NearRows:
        """By vectors of the rows' tokens; where there are several kinds, both are means."""
        found = [_near(vectors) for vectors in views]
        return cls(
            sum(near.lead for near in found) / len(found),
            sum(near.cosine for near in found) / len(found),
        )

    @property
    def row_count(self) -> int:
        """Rows of the table."""
        return int(self.lead.shape[0])


def list_length(row_count: int, longest: int) -> int:
    """How many rows a list may hold, so that all lists of a table fit into the memory."""
    return int(np.clip(_MAX_ENTRIES // max(row_count, 1), _SHORTEST_LIST, longest))


def _near(vectors: TokenVectors) -> NearRows:
    unit = unit_rows(_affordable(vectors).weighted())
    row_count = unit.shape[0]
    length = list_length(row_count, _LONGEST_LIST)
    near = sp_matmul_topn(
        unit, unit.T.tocsr(), top_n=length, threshold=_MIN_COSINE, sort=True, n_threads=CORES
    )
    sizes = np.diff(near.indptr)
    rows = np.repeat(np.arange(row_count, dtype=np.int64), sizes)
    last = np.maximum(near.indptr[1:] - 1, 0)
    # A list begins with the row itself.
    second = np.minimum(near.indptr[:-1] + 1, last)
    cosines = np.append(near.data, np.float32(0))
    background = np.where(sizes >= length, cosines[last], _MIN_COSINE)
    height = np.maximum(cosines[second] - background, 1e-3)
    lead = np.clip((near.data - background[rows]) / height[rows], 1e-6, 1)
    apart = rows != near.indices
    places = rows[apart], near.indices[apart]
    return NearRows(
        sparse.csr_matrix((lead[apart], places), shape=near.shape),
        sparse.csr_matrix((near.data[apart], places), shape=near.shape),
    )


def _affordable(vectors: TokenVectors) -> TokenVectors:
    """The vectors without the most frequent tokens, so that the work stays within its bound."""
    holders = vectors.holders
    order = np.argsort(holders, kind="stable")
    work = np.cumsum(holders[order].astype(np.float64) ** 2)
    within = holders[order[work <= _WORK_PER_ROW * vectors.presence.shape[0]]]
    keep = holders <= (int(within.max()) if len(within) else 0)
    return TokenVectors(vectors.presence[:, keep], vectors.idf[keep])
