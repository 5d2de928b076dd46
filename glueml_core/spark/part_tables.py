"""Part tables: some records of a Spark table as the local engine sees a table of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from glueml_core.matching.large.candidates import Candidates
from glueml_core.matching.large.glancing import TableLikeness
from glueml_core.matching.large.part import standing_apart
from glueml_core.matching.large.table import LargeTable
from glueml_core.spark.records import table_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pandera.typing import DataFrame

    from glueml_core.matching.arrays import Positions
    from glueml_core.matching.rows import ColumnProfile
    from glueml_core.schemas import Labels, Records

__all__ = ["PartTable", "PartTables"]


@dataclass(frozen=True)
class PartTable:
    """
    Some records of a table, all that share a row among them.

    Args:
        records: As matching takes them, in the order of their ids.
        likeness: Of their rows, judged by how common values are in the whole table.
        rows: Hash of each row, ascending; a row's position is its number here.
    """

    records: DataFrame[Records]
    likeness: TableLikeness
    rows: Positions

    @property
    def table(self) -> LargeTable:
        """Their rows."""
        return self.likeness.table

    def candidates(self, pairs: pa.Table) -> Candidates:
        """Pairs of hashes of rows, `l`, `r` and `evidence`, as pairs of rows."""
        ordered = pairs.take(pc.sort_indices(pairs, [("l", "ascending"), ("r", "ascending")]))
        left, right = (np.searchsorted(self.rows, ordered[end].to_numpy()) for end in "lr")
        return Candidates(left, right, ordered["evidence"].to_numpy().astype(np.int32))


@dataclass(frozen=True)
class PartTables:
    """
    Makes part tables of batches.

    Args:
        key: The primary key's name.
        names: Names of the cells' columns.
        columns: How the matcher reads them.
        labels: Enforced labels; their records stand apart.
        row_count: Rows of the whole table.
    """

    key: str
    names: Sequence[str]
    columns: tuple[ColumnProfile, ...]
    labels: DataFrame[Labels]
    row_count: int

    def __call__(self, batch: pa.Table) -> PartTable:
        """
        Read a batch that is in the order of its record ids.

        Args:
            batch: `key`, `row`, `known`, the cells, and `n0`, `n1`, …: how many rows of the whole
                table have the same value.
        """
        records = table_of(batch, self.key, self.names)
        known = batch["known"].to_numpy()
        table = LargeTable.of(records, self.columns, standing_apart(records, known, self.labels))
        counts = tuple(
            _counts(column.codes, len(column.texts), batch[f"n{number}"], table.record_of)
            for number, column in enumerate(table.texts)
        )
        likeness = TableLikeness(table, counts, self.row_count)
        return PartTable(records, likeness, np.unique(batch["row"].to_numpy()))


def _counts(
    codes: Positions, text_count: int, of_record: pa.ChunkedArray, record_of: Positions
) -> Positions:
    """How many rows of the whole table have each text of a column, shape (n_texts,)."""
    counts = np.ones(text_count, dtype=np.int64)
    present = codes >= 0
    given = of_record.fill_null(1).to_numpy()
    counts[codes[present]] = given[record_of[present]]
    return counts
