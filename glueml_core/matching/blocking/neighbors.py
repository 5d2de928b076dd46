"""Each row's nearest rows by TF-IDF cosine, and how far they stand out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import sparse
from sparse_dot_topn import sp_matmul_topn

from glueml_core.matching.arrays import Floats, Positions, SparseRows
from glueml_core.matching.blocking.effort import Effort
from glueml_core.matching.tokens import TokenVectors, unit_rows

__all__ = ["neighbor_pairs"]

_MIN_COSINE = 0.05
# Multiplications a row may cost: with it, the work grows with the number of rows only.
_WORK_PER_ROW = 30_000
# Lists are long enough to hold the largest clusters and, behind them, what a row resembles by
# chance; in large tables they are shorter, for memory's sake.
_LONGEST_LIST, _SHORTEST_LIST = 100, 40
_MAX_ENTRIES = 3_000_000
_THREADS = 2


class _Ranked(NamedTuple):
    left: Positions
    right: Positions
    lead: Floats
    rank: Positions


def neighbor_pairs(views: Sequence[TokenVectors], effort: Effort) -> tuple[Positions, Positions]:
    """
    Row pairs in which one is a near neighbor of the other.

    A list grows as long as its neighbors stand out from the row's background, which is its
    similarity to the last of a long list: a row in a cluster of sixty keeps sixty neighbors, a row
    without a twin keeps few. How far a neighbor stands out does not depend on the effort, so more
    effort only adds pairs.

    Args:
        views: Vectors of the rows, by several kinds of tokens; leads are averaged over them.
        effort: How many to keep.
    """
    found = _ranked(sum(_leads(vectors) for vectors in views) / len(views))
    if not len(found.left):
        return found.left, found.right

    keep = (found.rank < effort.sure_neighbors) | (found.lead >= effort.min_lead)
    budget = int(effort.pairs_per_row * views[0].presence.shape[0])
    if keep.sum() > budget:
        lowest = np.partition(found.lead, len(found.lead) - budget)[len(found.lead) - budget]
        keep &= (found.rank < effort.sure_neighbors) | (found.lead >= lowest)
    return found.left[keep], found.right[keep]


def _leads(vectors: TokenVectors) -> SparseRows:
    """
    How far each neighbor stands out of a row's list, shape (n_rows, n_rows).

    1 is as near as the row's nearest neighbor, 0 is its background. What no list holds has none.
    """
    unit = unit_rows(_affordable(vectors).weighted())
    row_count = unit.shape[0]
    length = int(np.clip(_MAX_ENTRIES // max(row_count, 1), _SHORTEST_LIST, _LONGEST_LIST))
    near = sp_matmul_topn(
        unit, unit.T.tocsr(), top_n=length, threshold=_MIN_COSINE, sort=True, n_threads=_THREADS
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
    return sparse.csr_matrix((lead[apart], (rows[apart], near.indices[apart])), shape=near.shape)


def _ranked(leads: SparseRows) -> _Ranked:
    """Each pair once, with the better of its two leads and the better of its two ranks."""
    leads = leads.tocoo()
    order = np.lexsort((leads.col, -leads.data, leads.row))
    rows, columns = leads.row[order].astype(np.int64), leads.col[order].astype(np.int64)
    rank = np.arange(len(rows)) - np.searchsorted(rows, rows)
    key = np.minimum(rows, columns) * leads.shape[0] + np.maximum(rows, columns)
    by_key = np.argsort(key, kind="stable")
    starts = np.flatnonzero(np.diff(key[by_key], prepend=-1))
    if not len(starts):
        return _Ranked(key, key, leads.data, rank)
    left, right = np.divmod(key[by_key][starts], leads.shape[0])
    return _Ranked(
        left,
        right,
        np.maximum.reduceat(leads.data[order][by_key], starts),
        np.minimum.reduceat(rank[by_key], starts),
    )


def _affordable(vectors: TokenVectors) -> TokenVectors:
    """The vectors without the most frequent tokens, so that the work stays within its bound."""
    holders = vectors.holders
    order = np.argsort(holders, kind="stable")
    work = np.cumsum(holders[order].astype(np.float64) ** 2)
    within = holders[order[work <= _WORK_PER_ROW * vectors.presence.shape[0]]]
    keep = holders <= (int(within.max()) if len(within) else 0)
    return TokenVectors(vectors.presence[:, keep], vectors.idf[keep])
