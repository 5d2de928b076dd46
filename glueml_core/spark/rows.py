"""Distinct rows of a Spark table, known by the hashes of their content."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyspark.sql.functions as F  # noqa: N812
from pyspark.sql import DataFrame

from glueml_core.matching.large.agreement import Agreement
from glueml_core.matching.large.hashing import MISSING
from glueml_core.matching.large.table import AGREEMENT_ROWS
from glueml_core.spark.lineage import cut

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["SparkRows", "lowest_share"]

_HASHES = 2**64
# Of so many times the rows wanted, at least as many as are wanted have low hashes.
_SURELY = 1.5


@dataclass(frozen=True)
class SparkRows:
    """
    The distinct rows of a table.

    Args:
        frame: `row`, a hash of its content, and with it a random number that every engine and
            every attempt agrees on; `copies`, how many records have it; `known`; `h0`, `h1`, …;
            and `n0`, `n1`, …, how many rows have the same value, null where it is missing.
        count: Rows.
        column_count: Columns with a hash.
    """

    frame: DataFrame
    count: int
    column_count: int

    @classmethod
    def of(cls, hashed: DataFrame, column_count: int) -> SparkRows:
        """The rows of hashed records."""
        hashes = [f"h{number}" for number in range(column_count)]
        rows = cut(
            hashed.groupBy("row").agg(
                F.count("*").alias("copies"),
                *(F.first(name).alias(name) for name in ["known", *hashes]),
            )
        )
        frame = cut(rows.join(_counts(rows, column_count), "row", "left"))
        return cls(frame, frame.count(), column_count)

    @property
    def values(self) -> list[str]:
        """The columns that hold the hashes."""
        return [f"h{number}" for number in range(self.column_count)]

    @property
    def counts(self) -> list[str]:
        """The columns that say how common values are."""
        return [f"n{number}" for number in range(self.column_count)]

    def agreement(self) -> Agreement:
        """How often its rows agree by chance, from a sample of bounded size."""
        sample = self.lowest(AGREEMENT_ROWS).select(self.values).toArrow()
        cells = [_cells(sample[name]) for name in self.values]
        return Agreement.of(np.column_stack(cells), self.count)

    def lowest(self, count: int) -> DataFrame:
        """The rows with the lowest hashes: a random sample that content alone decides."""
        share = lowest_share(count, self.count)
        # Without this, each partition would send as many rows as are wanted in all.
        few = self.frame.where(F.col("row") <= share)
        return few.orderBy("row").limit(count)


def lowest_share(count: int, row_count: int) -> int:
    """A hash, below which lie somewhat more than `count` of so many."""
    if row_count <= _SURELY * count + 1_000:
        return _HASHES // 2 - 1
    return int(_SURELY * count / row_count * _HASHES) - _HASHES // 2


def _counts(rows: DataFrame, column_count: int) -> DataFrame:
    """For each row that says anything, `n0`, `n1`, …."""
    named = [
        F.struct(F.lit(number).alias("column"), F.col(f"h{number}").alias("h"))
        for number in range(column_count)
    ]
    cells = rows.select("row", F.explode(F.array(*named))).select("row", "col.*")
    cells = cells.where("h IS NOT NULL")
    # Most values of most columns are rare; those that are alone need not be looked up.
    common = cells.groupBy("column", "h").count().where("count > 1")
    counted = cells.join(common, ["column", "h"], "left")
    count = F.coalesce("count", F.lit(1))
    of_column = [
        F.max(F.when(F.col("column") == number, count)).alias(f"n{number}")
        for number in range(column_count)
    ]
    return counted.groupBy("row").agg(*of_column)


def _cells(column: pa.ChunkedArray) -> np.ndarray:
    return np.asarray(column.fill_null(MISSING).to_numpy(), dtype=np.int64)
