"""Each row's nearest rows by TF-IDF cosine."""

from __future__ import annotations

import numpy as np
from sparse_dot_topn import sp_matmul_topn

from glueml_core.matching.arrays import Floats, Positions
from glueml_core.matching.blocking.effort import Effort
from glueml_core.matching.tokens import TokenVectors, unit_rows

__all__ = ["neighbor_pairs"]

# Long enough to hold the largest clusters and, behind them, what a row resembles by chance.
_LIST_LENGTH = 100
_MIN_COSINE = 0.05
# Multiplications a row may cost: with it, the work grows with the number of rows only.
_WORK_PER_ROW = 30_000
_THREADS = 2


def neighbor_pairs(vectors: TokenVectors, effort: Effort) -> tuple[Positions, Positions]:
    """
    Row pairs in which one is a near neighbor of the other.

    A list grows as long as its neighbors stand out from the row's background, which is its
    similarity to the last of a long list: a row in a cluster of sixty keeps sixty neighbors, a row
    without a twin keeps few.
    """
    unit = unit_rows(_affordable(vectors).weighted())
    near = sp_matmul_topn(
        unit,
        unit.T.tocsr(),
        top_n=_LIST_LENGTH,
        threshold=_MIN_COSINE,
        sort=True,
        n_threads=_THREADS,
    )
    if not near.nnz:
        return np.empty(0, np.int64), np.empty(0, np.int64)

    lengths = np.diff(near.indptr)
    rows = np.repeat(np.arange(near.shape[0], dtype=np.int64), lengths)
    rank = np.arange(near.nnz) - np.repeat(near.indptr[:-1], lengths)
    keep = (rank <= effort.sure_neighbors) | (
        near.data >= _floor(near.data, near.indptr, effort)[rows]
    )
    return rows[keep], near.indices[keep].astype(np.int64)


def _floor(cosines: Floats, indptr: Positions, effort: Effort) -> Floats:
    """The cosine from which each row keeps its neighbors; a list begins with the row itself."""
    lengths = np.diff(indptr)
    last = np.maximum(indptr[1:] - 1, 0)
    second = np.minimum(indptr[:-1] + 1, last)
    background = np.where(lengths >= _LIST_LENGTH, cosines[last], _MIN_COSINE)
    return background + effort.min_lead * np.maximum(cosines[second] - background, 0)


def _affordable(vectors: TokenVectors) -> TokenVectors:
    """The vectors without the most frequent tokens, so that the work stays within its bound."""
    holders = vectors.holders
    order = np.argsort(holders, kind="stable")
    work = np.cumsum(holders[order].astype(np.float64) ** 2)
    within = holders[order[work <= _WORK_PER_ROW * vectors.presence.shape[0]]]
    return _without_frequent(vectors, int(within.max()) if len(within) else 0)


def _without_frequent(vectors: TokenVectors, max_holders: int) -> TokenVectors:
    keep = vectors.holders <= max_holders
    return TokenVectors(vectors.presence[:, keep], vectors.idf[keep])
