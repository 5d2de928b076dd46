"""Pairs of rows in which one is a near neighbor of the other."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from glueml_core.matching.arrays import Floats, Positions, SparseRows
from glueml_core.matching.blocking.effort import Effort
from glueml_core.matching.blocking.near_rows import NearRows

__all__ = ["neighbor_pairs"]


class _Ranked(NamedTuple):
    left: Positions
    right: Positions
    lead: Floats
    rank: Positions


def neighbor_pairs(near: NearRows, effort: Effort) -> tuple[Positions, Positions]:
    """
    Row pairs in which one is a near neighbor of the other.

    A list grows as long as its neighbors stand out from the row's background: a row in a cluster
    of sixty keeps sixty neighbors, a row without a twin keeps few. How far a neighbor stands out
    does not depend on the effort, so more effort only adds pairs.

    Args:
        near: The rows that resemble each row.
        effort: How many to keep.
    """
    found = _ranked(near.lead)
    if not len(found.left):
        return found.left, found.right

    keep = (found.rank < effort.sure_neighbors) | (found.lead >= effort.min_lead)
    budget = int(effort.pairs_per_row * near.row_count)
    if keep.sum() > budget:
        lowest = np.partition(found.lead, len(found.lead) - budget)[len(found.lead) - budget]
        keep &= (found.rank < effort.sure_neighbors) | (found.lead >= lowest)
    return found.left[keep], found.right[keep]


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
