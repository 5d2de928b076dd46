"""How a pair stands against its rivals: the other pairs of its two rows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from glueml_core.matching.arrays import Floats, Positions, SparseRows
from glueml_core.matching.features.feature import Feature, FeatureTable
from glueml_core.matching.tokens import paired_dot

__all__ = ["Competition", "competition_layout"]

_NAMES = (
    ("score", 1),
    ("rank in the nearer list", -1),
    ("rank in the farther list", -1),
    ("margin to the best rival, better side", 1),
    ("margin to the best rival, worse side", 1),
    ("shared neighbors", 1),
    ("agreement of neighbors", 1),
)


def competition_layout(stage: str) -> tuple[Feature, ...]:
    """The features of one stage of scores, in the order in which they are computed."""
    return tuple(Feature(f"{stage}: {name}", direction=direction) for name, direction in _NAMES)


@dataclass(frozen=True)
class Competition:
    """
    The scored candidate pairs that any pair of rows is judged among.

    Args:
        stage: Names the scores in the features' names.
        row_count: Number of rows.
        left, right: Rows of each candidate pair, each pair once, shape (n_candidates,).
        score: Score of each candidate pair in [0, 1].
    """

    stage: str
    row_count: int
    left: Positions
    right: Positions
    score: Floats

    @cached_property
    def _graph(self) -> SparseRows:
        """Scores both ways, each row's list in ascending order of score."""
        apart = self.left != self.right
        left, right, score = self.left[apart], self.right[apart], self.score[apart]
        ends = (np.concatenate([left, right]), np.concatenate([right, left]))
        # A score of exactly zero would vanish from a sparse matrix.
        scores = np.maximum(np.concatenate([score, score]), 1e-6)
        return sparse.csr_matrix((scores, ends), shape=(self.row_count, self.row_count))

    @cached_property
    def _sorted(self) -> tuple[np.ndarray, Floats]:
        """
        Key and score of every list entry, rows ascending and scores ascending within a row.

        A key is a row plus half a score: one array that finds a score within a row's list.
        """
        rows = np.repeat(np.arange(self.row_count), np.diff(self._graph.indptr))
        keys = rows + self._graph.data.astype(np.float64) / 2
        # One key sorts four times as fast as row and score.
        order = np.argsort(keys, kind="stable")
        return keys[order], self._graph.data[order]

    def __call__(self, left: Positions, right: Positions, score: Floats) -> FeatureTable:
        """Features of any pairs, whether candidates or not, given their own scores."""
        known = paired_pick(self._graph, left, right) > 0
        ranks, margins = [], []
        for rows in (left, right):
            rank, margin = self._standing(rows, score, known)
            ranks.append(rank)
            margins.append(margin)
        parts = [
            score,
            -np.maximum(-ranks[0], -ranks[1]),
            -np.minimum(-ranks[0], -ranks[1]),
            np.maximum(*margins),
            np.minimum(*margins),
            *self._neighbors(left, right, np.where(known, score, 0)),
        ]
        return FeatureTable(
            competition_layout(self.stage), np.column_stack(parts).astype(np.float32)
        )

    def _standing(self, rows: Positions, score: Floats, known: np.ndarray) -> tuple[Floats, Floats]:
        """How many rivals are better, and the lead over the best of them, in each row's list."""
        starts, ends = self._graph.indptr[rows], self._graph.indptr[rows + 1]
        keys, scores = self._sorted
        better = ends - _first_above(keys, rows, np.maximum(score, 1e-6), starts, ends)
        best = np.where(ends > starts, scores[np.maximum(ends - 1, 0)] if len(scores) else 0, 0)
        second = np.where(
            ends - 1 > starts, scores[np.maximum(ends - 2, 0)] if len(scores) else 0, 0
        )
        # A candidate must not compete with itself.
        rival = np.where(known & (better == 0), second, best)
        return np.minimum(better, 50).astype(np.float32), (score - rival).astype(np.float32)

    @cached_property
    def _mass(self) -> Floats:
        """Sum of the squares of each row's scores."""
        return np.asarray(self._graph.multiply(self._graph).sum(axis=1)).ravel()

    def _neighbors(self, left: Positions, right: Positions, own: Floats) -> tuple[Floats, Floats]:
        """Sum of products of scores to common neighbors, and the same as a share of all."""
        shared = paired_dot(self._graph, self._graph, left, right)
        here, there = self._mass[left] - own**2, self._mass[right] - own**2
        rest = np.sqrt(np.maximum(here, 0) * np.maximum(there, 0))
        return shared, np.where(rest > 1e-9, shared / np.maximum(rest, 1e-9), np.nan)


def paired_pick(matrix: SparseRows, left: Positions, right: Positions) -> Floats:
    """Entry (left[i], right[i]) of a sparse matrix, for each i."""
    # Asked for no entries, scipy answers with a matrix.
    if not len(left):
        return np.empty(0, dtype=np.float32)
    return np.asarray(matrix[left, right], dtype=np.float32).ravel()


def _first_above(
    keys: np.ndarray,
    rows: Positions,
    score: Floats,
    starts: Positions,
    ends: Positions,
) -> Positions:
    """Position of the first list entry above each score, kept within the row's list."""
    found = np.searchsorted(keys, rows + score.astype(np.float64) / 2, side="right")
    return np.clip(found, starts, ends)
