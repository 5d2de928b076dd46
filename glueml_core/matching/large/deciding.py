"""Who decides on which rows: the apprentice at a glance, or the matcher after a closer look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from glueml_core.matching.arrays import Floats, Mask, Positions
from glueml_core.matching.clustering import LARGE_GROUP
from glueml_core.matching.components import connected
from glueml_core.matching.large.candidates import Candidates
from glueml_core.matching.large.clear_clusters import cluster_many
from glueml_core.matching.large.glancing import Glancing
from glueml_core.matching.large.groups import LINKED
from glueml_core.matching.large.parts import Parts
from glueml_core.matching.large.table import LargeTable
from glueml_core.matching.membership import record_clusters

__all__ = ["Glance"]

# Pairs less likely than this connect nothing that needs a closer look.
_UNLIKELY = 0.02


@dataclass(frozen=True)
class Glance:
    """
    A large table as its apprentice sees it.

    Args:
        table: The table.
        pairs: Its candidate pairs, those that labels want together at the end.
        glancing: Scores any pairs.
        chance: Match probability of each candidate pair.
        labeled: Records that labels have a say in, shape (n_records,).
    """

    table: LargeTable
    pairs: Candidates
    glancing: Glancing
    chance: Floats
    labeled: Mask

    @classmethod
    def at(
        cls,
        table: LargeTable,
        pairs: Candidates,
        glancing: Glancing,
        labeled: Mask,
        progress: Callable[[float], None],
    ) -> Glance:
        """Score all candidate pairs."""
        chance = glancing(pairs.left, pairs.right, progress)
        return cls(table, pairs, glancing, chance, labeled)

    @cached_property
    def group(self) -> Positions:
        """Number of each row's group by pairs that are not unlikely, shape (n_rows,)."""
        near = (self.chance >= _UNLIKELY) | (self.pairs.evidence == LINKED)
        return connected(self.pairs.left[near], self.pairs.right[near], len(self.table))

    @cached_property
    def _repeated(self) -> Positions:
        """Rows that several records share."""
        return np.flatnonzero(np.bincount(self.table.row_of, minlength=len(self.table)) > 1)

    @cached_property
    def _equal_chance(self) -> Floats:
        """Match probability of the records of each such row."""
        return self.glancing(self._repeated, self._repeated)

    @cached_property
    def contested(self) -> Mask:
        """Which groups need a closer look, shape (n_groups,)."""
        doubts = self.glancing.apprentice.doubts
        contested = np.zeros(int(self.group.max(initial=-1)) + 1, dtype=bool)
        contested[self.group[self.pairs.left[doubts(self.chance)]]] = True
        contested[self.group[self._repeated[doubts(self._equal_chance)]]] = True
        contested[self.group[self.table.row_of[self.labeled]]] = True
        if self.glancing.apprentice.is_wary:
            contested |= np.bincount(self.group) >= 2 * LARGE_GROUP
        return contested

    def parts(self, pairs_at_once: int) -> Parts:
        """The contested groups with the candidate pairs inside them."""
        return Parts.of(self.table, self.pairs, self.group, self.contested, pairs_at_once)

    def clusters(self, threshold: float) -> tuple[Positions, Floats]:
        """Cluster number and confidence of each record, to be relied on where none is contested."""
        left, right = self.pairs.left, self.pairs.right
        clear = ~(self.contested[self.group[left]] | self.contested[self.group[right]])
        clusters = cluster_many(
            left[clear],
            right[clear],
            self.chance[clear],
            self.glancing,
            threshold,
            len(self.table),
        )
        return record_clusters(self.table, clusters, self.glancing, threshold)
