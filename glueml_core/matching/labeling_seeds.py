"""Where labeling sets begin: the pairs that are worth asking about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from glueml_core.matching.arrays import Floats, Positions
    from glueml_core.matching.labeling_groups import GroupBuilder

__all__ = ["SeedPicker"]

# Matches are rare in many tables: begin with this share of the couples, and widen by ratio.
_TOP_SHARE = 0.005
# Samples pairs by a power of their doubt, or the many that are hardly in doubt would win.
_DOUBT_POWER = 2.0
# Two large clusters have a pair for each two of their rows, and all ask the one thing.
_REPEAT_POWER = 0.25


@dataclass(frozen=True)
class SeedPicker:
    """
    Picks the first rows of groups among the rows that are free, far from those chosen before.

    Args:
        builder: Knows what is free, and what is near to what was chosen.
        left: The lower row of each candidate pair, shape (n_pairs,).
        right: The other row, shape (n_pairs,).
        chance: Decides between equals.
    """

    builder: GroupBuilder
    left: Positions
    right: Positions
    chance: np.random.Generator

    def ladder(self, count: int) -> list[Positions]:
        """
        Couples in parts, from a small part with the most alike to a large one with the least.

        A couple is a pair of which each row is the other's best.
        """
        likeness = self.builder.likeness
        best = self.builder.graph.best(likeness)
        mutual = np.flatnonzero((likeness >= best[self.left]) & (likeness >= best[self.right]))
        couples = mutual[np.argsort(-likeness[mutual], kind="stable")]
        bounds = np.geomspace(max(len(couples) * _TOP_SHARE, 1), max(len(couples), 1), count)
        return np.split(couples, bounds.round().astype(int)[:-1])

    def among(self, pairs: Positions) -> list[int]:
        """The rows of one of some pairs; none if every pair has a row that is not free."""
        free = self.builder.free
        open_pairs = pairs[free[self.left[pairs]] & free[self.right[pairs]]]
        if not len(open_pairs):
            return []
        crowd = self._crowd(open_pairs)
        return self._rows(int(self.chance.choice(open_pairs[crowd == crowd.min()])))

    def in_doubt(self, doubt: Floats, question: Positions) -> list[int]:
        """
        The rows of a pair, sampled by its doubt; none if no free pair is in doubt.

        Args:
            doubt: What is to be learned from each pair, in [0, 1], shape (n_pairs,).
            question: Number of what each pair asks, shape (n_pairs,); the more pairs ask the same,
                the less each of them counts.
        """
        free = self.builder.free
        open_pairs = np.flatnonzero(free[self.left] & free[self.right] & (doubt > 0))
        if not len(open_pairs):
            return []
        weight = (doubt[open_pairs] / (1 + self._crowd(open_pairs))) ** _DOUBT_POWER
        weight /= np.bincount(question)[question[open_pairs]] ** _REPEAT_POWER
        return self._rows(int(self.chance.choice(open_pairs, p=weight / weight.sum())))

    def at_random(self) -> list[int]:
        """One row, all rows with neighbours having the same chance; none if none is free."""
        paired = np.diff(self.builder.graph.start) > 0
        rows = np.flatnonzero(self.builder.free & paired)
        return [int(self.chance.choice(rows))] if len(rows) else []

    def _crowd(self, pairs: Positions) -> Positions:
        return self.builder.crowd[self.left[pairs]] + self.builder.crowd[self.right[pairs]]

    def _rows(self, pair: int) -> list[int]:
        return [int(self.left[pair]), int(self.right[pair])]
