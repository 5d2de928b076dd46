"""A large table as its joins see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from glueml_core.matching.arrays import Positions
from glueml_core.matching.background import Background
from glueml_core.matching.large.agreement import Agreement
from glueml_core.matching.large.hashed_columns import HashedColumns
from glueml_core.matching.large.hashing import row_hashes
from glueml_core.matching.large.texts import TextColumn
from glueml_core.matching.large.words import WordColumn
from glueml_core.matching.rows import ColumnProfile, distinct_rows, profile
from glueml_core.matching.vectors import TableVectors

if TYPE_CHECKING:
    from pandera.typing import DataFrame

    from glueml_core.schemas import Records

__all__ = ["AGREEMENT_ROWS", "SAMPLE_ROWS", "LargeTable", "background_of"]

# Enough to tell what is common; what it has but once counts as rare.
SAMPLE_ROWS = 20_000
# Rows among which even a column that nearly identifies has some equal values by chance.
AGREEMENT_ROWS = 100_000


@dataclass(frozen=True)
class LargeTable:
    """
    Distinct rows as the hashes of their cells, in a random order that content alone decides.

    Args:
        columns: How the columns are read.
        cells: As `HashedColumns` has them, shape (n_rows, n_columns + n_words).
        row_of: Row of each record, shape (n_records,).
        record_of: Position of one record of each row, shape (n_rows,).
        texts: The columns of the rows as numbered texts.
        words: Words of some columns, which rows are joined on as on columns.
    """

    columns: tuple[ColumnProfile, ...]
    cells: NDArray[np.int64]
    row_of: Positions
    record_of: Positions
    texts: tuple[TextColumn, ...]
    words: tuple[WordColumn, ...]

    @classmethod
    def of(
        cls,
        records: DataFrame[Records],
        columns: Sequence[ColumnProfile] | None,
        apart: Positions,
    ) -> LargeTable:
        """
        Hash a table.

        Args:
            records: Records in any order.
            columns: How to read the columns; decided from some of the records if left out.
            apart: One number a record; records whose numbers differ never share a row.
        """
        if columns is None:
            columns = profile(records.iloc[_spread(len(records))])
        hashed = HashedColumns.of(records, columns)
        content = row_hashes(hashed.cells, apart)
        _, record_of, row_of = np.unique(content, return_index=True, return_inverse=True)
        return cls(
            tuple(columns),
            hashed.cells[record_of],
            row_of.astype(np.int64),
            record_of,
            tuple(column.of_rows(record_of) for column in hashed.texts),
            tuple(column.of_rows(record_of) for column in hashed.words),
        )

    def __len__(self) -> int:
        return len(self.cells)

    @property
    def joined(self) -> tuple[TextColumn | WordColumn, ...]:
        """What rows are joined on, in the order of `cells`."""
        return (*self.texts, *self.words)

    @property
    def agreement(self) -> Agreement:
        """How often its rows agree by chance."""
        return Agreement.of(self.cells[:AGREEMENT_ROWS], len(self))

    def sample(self, records: DataFrame[Records]) -> DataFrame[Records]:
        """Records of some random rows."""
        return records.iloc[self.record_of[:SAMPLE_ROWS]]


def background_of(sample: DataFrame[Records], columns: Sequence[ColumnProfile]) -> Background:
    """How common things are in the table that the sampled records come from."""
    return TableVectors(distinct_rows(sample, columns)).as_background()


def _spread(count: int) -> Positions:
    """Positions of some records, from all over the table."""
    return np.unique(np.linspace(0, count - 1, min(count, SAMPLE_ROWS)).astype(np.int64))
