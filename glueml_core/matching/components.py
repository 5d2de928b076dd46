"""Groups of rows that pairs connect, none too large to look at whole."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from glueml_core.matching.arrays import Floats, Mask, Positions
from glueml_core.matching.links import Links

__all__ = ["LOWEST_LEVEL", "MAX_ROWS", "components", "connected"]

# A component of n rows has n * (n - 1) / 2 pairs to score.
MAX_ROWS = 400
# Groups with more rows that hold together at a level where thresholds may lie can be one entity.
# They stay whole as long as all of them have no more pairs than this, the smallest first.
_SPARE_PAIRS = 250_000
_SPARED_FROM = 0.3
# Pairs below the first level connect nothing; what is still too large goes up a level.
LOWEST_LEVEL = 0.05
_LEVELS = (LOWEST_LEVEL, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98)
_LINKED = 2.0


def components(
    left: Positions, right: Positions, probability: Floats, links: Links, threshold: float
) -> list[Positions]:
    """
    The rows of each group that average linkage may merge at the threshold, ascending.

    A mean of probabilities reaches the threshold only if one of them does, so pairs below it
    connect nothing. A group with too many rows is split at a level of probability that is the same
    for every threshold: clusters at a higher one stay inside those at a lower. A large group that
    may be one entity is split only where the table has too many of its kind. Rows that must match
    stay together whatever their number.
    """
    linked = np.flatnonzero(links.group != np.arange(len(links.group)))
    ends_l = np.concatenate([left, links.group[linked]])
    ends_r = np.concatenate([right, linked])
    strength = np.concatenate([probability, np.full(len(linked), _LINKED, probability.dtype)])
    part = _bounded(ends_l, ends_r, strength, len(links.group))
    inside = (part[ends_l] == part[ends_r]) & (strength >= threshold)
    return _members(connected(ends_l[inside], ends_r[inside], len(part)))


def _bounded(left: Positions, right: Positions, strength: Floats, row_count: int) -> Positions:
    """Number of each row's group when groups with too many rows are split level by level."""
    part: Positions = np.zeros(row_count, dtype=np.int64)
    oversized = np.full(row_count, row_count > MAX_ROWS)
    spare = _SPARE_PAIRS
    for level in _LEVELS:
        if not oversized.any():
            return part
        inside = (part[left] == part[right]) & (~oversized[left] | (strength >= level))
        part = connected(left[inside], right[inside], row_count)
        oversized &= np.bincount(part)[part] > MAX_ROWS
        if level >= _SPARED_FROM:
            whole, cost = _affordable(part[oversized], spare)
            oversized &= ~np.isin(part, whole)
            spare -= cost
    return _capped(left, right, strength, part, oversized)


def _affordable(part: Positions, spare: int) -> tuple[Positions, int]:
    """The groups, smallest first, whose pairs are no more than `spare` in all; and how many."""
    numbers, sizes = np.unique(part, return_counts=True)
    order = np.argsort(sizes, kind="stable")
    pairs = np.cumsum(sizes[order] * (sizes[order] - 1) // 2)
    taken = int(np.searchsorted(pairs, spare, side="right"))
    return numbers[order[:taken]], int(pairs[taken - 1]) if taken else 0


def connected(left: Positions, right: Positions, row_count: int) -> Positions:
    """Number of each row's group when pairs connect rows, shape (n_rows,)."""
    graph = sparse.coo_matrix(
        (np.ones(len(left), dtype=np.int8), (left, right)), shape=(row_count, row_count)
    )
    labels: NDArray[np.int32] = connected_components(graph, directed=False)[1]
    return labels.astype(np.int64)


def _capped(
    left: Positions, right: Positions, strength: Floats, part: Positions, oversized: Mask
) -> Positions:
    """Oversized groups grown anew from their likeliest pairs, as long as they stay small enough."""
    inside = np.flatnonzero((part[left] == part[right]) & oversized[left])
    order = inside[np.lexsort((right[inside], left[inside], -strength[inside]))]
    parent, size = np.arange(len(part)), np.ones(len(part), dtype=np.int64)

    def root(row: int) -> int:
        while parent[row] != row:
            parent[row] = parent[parent[row]]
            row = parent[row]
        return row

    for pair in order.tolist():
        low, high = sorted((root(left[pair]), root(right[pair])))
        if low != high and (size[low] + size[high] <= MAX_ROWS or strength[pair] == _LINKED):
            parent[high] = low
            size[low] += size[high]
    roots = np.array([root(row) for row in range(len(part))])
    return np.where(oversized, roots, part + len(part))


def _members(part: Positions) -> list[Positions]:
    """The rows of each group of two rows or more."""
    order = np.argsort(part, kind="stable")
    starts = np.flatnonzero(np.diff(part[order], prepend=-1))
    return [rows for rows in np.split(order, starts[1:]) if len(rows) > 1]
