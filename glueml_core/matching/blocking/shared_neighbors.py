"""Pairs of rows that resemble the same rows."""

from __future__ import annotations

import numpy as np
from scipy import sparse
from sparse_dot_topn import sp_matmul_topn

from glueml_core.matching.arrays import Positions, SparseRows
from glueml_core.matching.blocking.effort import Effort
from glueml_core.matching.blocking.near_rows import NearRows, list_length
from glueml_core.matching.cores import CORES

__all__ = ["shared_neighbor_pairs"]

# A row may have more of them than neighbors.
_LONGEST_LIST = 400
# What is farther away adds next to nothing, and makes most of the work.
_MIN_NEARNESS = 0.02


def shared_neighbor_pairs(near: NearRows, effort: Effort) -> tuple[Positions, Positions]:
    """
    Row pairs with near neighbors in common, though they may not resemble each other.

    In a large cluster the two ends of a chain of spellings ("calif inst technol", "caltech
    pasadena") share no word, but many rows between them. Each of these adds the product of how near
    it is to both. Two records of an entity that has no others get next to nothing. The sum does not
    depend on the effort, so more effort only adds pairs.

    Args:
        near: The rows that resemble each row.
        effort: How much two rows must share, and how many pairs to keep.

    Source:
        Jarvis and Patrick (1973), "Clustering Using a Similarity Measure Based on Shared Near
        Neighbors".
    """
    row_count = near.row_count
    budget = int(effort.shared_pairs_per_row * row_count)
    if not budget:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    nearness = _nearness(near)
    shared = sp_matmul_topn(
        nearness,
        nearness.T.tocsr(),
        top_n=list_length(row_count, _LONGEST_LIST),
        sort=True,
        n_threads=CORES,
    )
    # Either row's list may have been too short for a pair that the other's holds.
    pairs = sparse.triu(shared.maximum(shared.T), k=1)
    keep = pairs.data >= effort.min_shared
    if keep.sum() > budget:
        keep &= pairs.data >= np.partition(pairs.data, len(keep) - budget)[len(keep) - budget]
    return pairs.row[keep].astype(np.int64), pairs.col[keep].astype(np.int64)


def _nearness(near: NearRows) -> SparseRows:
    """Of two rows, by the list in which it stands out further, shape (n_rows, n_rows)."""
    lead, cosine = near.lead.maximum(near.lead.T), near.cosine.maximum(near.cosine.T)
    nearness = lead.multiply(cosine).tocsr().astype(np.float32)
    nearness.data[nearness.data < _MIN_NEARNESS] = 0
    nearness.eliminate_zeros()
    return nearness
