"""An apprentice at work on a large table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from glueml_core.matching.arrays import Floats, Positions
from glueml_core.matching.large.apprentice import Apprentice
from glueml_core.matching.large.likeness import Cells, likeness
from glueml_core.matching.large.table import LargeTable
from glueml_core.matching.portions import each_portion

__all__ = ["Glancing", "TableLikeness"]

_PAIRS_AT_ONCE = 50_000


@dataclass(frozen=True)
class TableLikeness:
    """
    The likeness of any rows of a large table.

    Args:
        table: The table, or a part of it.
        counts: How many rows of the whole table have each text of each column; counted in `table`
            if left out.
        row_count: Rows of the whole table.
    """

    table: LargeTable
    counts: tuple[Positions, ...] | None = None
    row_count: int | None = None

    @cached_property
    def _rarities(self) -> list[Floats]:
        """Rarity of each column's texts, in nats; one more at the end for what is missing."""
        total = np.float32(max(len(self.table) if self.row_count is None else self.row_count, 1))
        counts = self.counts or tuple(column.counts for column in self.table.texts)
        return [
            np.append(np.log(total / np.maximum(count, 1)), 0).astype(np.float32)
            for count in counts
        ]

    def __call__(self, left: Positions, right: Positions) -> Floats:
        """As `likeness` gives it, shape (n_pairs, n_features)."""
        return likeness(self._cells(left), self._cells(right), left == right)

    def _cells(self, rows: Positions) -> list[Cells]:
        hashes = self.table.cells.take(rows, axis=0)
        numbers = [column.codes[rows] for column in self.table.texts]
        return [
            Cells(hashes[:, i], self._rarities[i][numbers[i]], numbers[i], column.texts)
            for i, column in enumerate(self.table.texts)
        ]


@dataclass(frozen=True)
class Glancing:
    """
    Match probabilities of a large table's pairs, as its apprentice sees them.

    Args:
        likeness: Of the table's rows.
        apprentice: What the matcher taught about this table.
    """

    likeness: TableLikeness
    apprentice: Apprentice

    def __call__(
        self,
        left: Positions,
        right: Positions,
        progress: Callable[[float], None] = lambda share: None,
    ) -> Floats:
        """
        Match probability of any pairs of rows, a row with itself among them.

        Args:
            left: One row of each pair.
            right: Its other row.
            progress: Told the share of the pairs done.
        """
        probability = np.empty(len(left), dtype=np.float32)

        def glance(part: slice) -> None:
            probability[part] = self._portion(left[part], right[part])

        each_portion(glance, len(left), _PAIRS_AT_ONCE, progress)
        return probability

    def _portion(self, left: Positions, right: Positions) -> Floats:
        return self.apprentice(self.likeness(left, right))
