"""Groups of rows that pairs connect, none too large to look at whole."""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from glueml_core.matching.arrays import Floats, Positions
from glueml_core.matching.links import Links

__all__ = ["components"]

# Pairs below it connect nothing: no threshold is that low.
_FLOOR = 0.05
# A component of n rows has n * (n - 1) / 2 pairs to score.
_MAX_ROWS = 300


def components(
    left: Positions, right: Positions, probability: Floats, links: Links
) -> list[Positions]:
    """
    Rows connected by pairs above a low floor, or by links; each part's rows ascending.

    A component with too many rows grows again from its likeliest pairs on, and no step may make a
    part too large. Rows that must match stay in one part whatever its size.
    """
    linked = np.flatnonzero(links.group != np.arange(len(links.group)))
    keep = probability >= _FLOOR
    ends_l = np.concatenate([left[keep], links.group[linked]])
    ends_r = np.concatenate([right[keep], linked])
    strength = np.concatenate([probability[keep], np.full(len(linked), 2.0)])
    label = _connected(ends_l, ends_r, len(links.group))
    sizes = np.bincount(label)
    oversized = sizes[label[ends_l]] > _MAX_ROWS
    if oversized.any():
        label = _regrown(ends_l, ends_r, strength, label, sizes)
    return _members(label)


def _connected(left: Positions, right: Positions, row_count: int) -> Positions:
    graph = sparse.coo_matrix((np.ones(len(left)), (left, right)), shape=(row_count, row_count))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def _regrown(
    left: Positions, right: Positions, strength: Floats, label: Positions, sizes: Positions
) -> Positions:
    """Labels in which oversized components are regrown, likeliest pairs first."""
    inside = np.flatnonzero(sizes[label[left]] > _MAX_ROWS)
    order = inside[np.lexsort((right[inside], left[inside], -strength[inside]))]
    parent = np.arange(len(label))
    size = np.ones(len(label), dtype=np.int64)

    def root(row: int) -> int:
        while parent[row] != row:
            parent[row] = parent[parent[row]]
            row = parent[row]
        return row

    for pair in order:
        a, b = root(left[pair]), root(right[pair])
        if a != b and (size[a] + size[b] <= _MAX_ROWS or strength[pair] > 1):
            parent[max(a, b)] = min(a, b)
            size[min(a, b)] += size[max(a, b)]
    roots = np.array([root(row) for row in range(len(label))])
    # Components that were small enough keep their own numbers, beyond those of the regrown.
    return np.where(sizes[label] > _MAX_ROWS, roots, label + len(label))


def _members(label: Positions) -> list[Positions]:
    """The rows of each part of two rows or more."""
    order = np.argsort(label, kind="stable")
    starts = np.flatnonzero(np.diff(label[order], prepend=-1))
    return [part for part in np.split(order, starts[1:]) if len(part) > 1]
