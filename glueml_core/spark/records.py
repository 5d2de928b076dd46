"""Records of a Spark frame, each beside the hashes that its joins see."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyspark.sql.functions as F  # noqa: N812 (the name that all of Spark's users know)
from pyspark.sql import Column, DataFrame
from pyspark.sql.types import (
    BooleanType,
    DataType,
    DateType,
    DecimalType,
    FractionalType,
    LongType,
    StringType,
    StructField,
    StructType,
)

from glueml_core.errors import InvalidInputException
from glueml_core.matching.large.hashed_columns import HashedColumns, hash_count
from glueml_core.matching.large.hashing import MISSING, row_hashes
from glueml_core.matching.large.part import standing_apart
from glueml_core.matching.rows import ColumnProfile
from glueml_core.tables.records import to_records

if TYPE_CHECKING:
    from pandera.typing import DataFrame as Table

    from glueml_core.schemas import Labels, Records

__all__ = ["NEW", "SparkRecords", "column_of", "spark_records", "table_of"]

NEW = -1
"""Existing cluster of a record that has none."""

# What a batch reads as the whole table would be read; a column of whole numbers is one of floats
# in a batch where one is missing.
_AS_THEY_ARE = (StringType, BooleanType, FractionalType, DecimalType, DateType)


@dataclass(frozen=True)
class SparkRecords:
    """
    Records in a Spark frame of fixed columns.

    Args:
        frame: `key`, the primary key as it came; `known`, the number of the record's existing
            cluster, or NEW; and the cells, `c0`, `c1`, ….
        key: The primary key's name.
        names: Names of the cells' columns.
        is_incremental: Whether some records have a cluster already.
    """

    frame: DataFrame
    key: str
    names: tuple[str, ...]
    is_incremental: bool = False

    @property
    def cells(self) -> list[str]:
        """The columns that hold the cells."""
        return [f"c{number}" for number in range(len(self.names))]

    def check_keys(self, name: str) -> None:
        """
        See whether the primary key is one.

        Args:
            name: What the caller calls the frame.

        Raises:
            InvalidInputException: A key is missing or holds a NUL byte, or two rows have the same.
        """
        text = F.col("key").cast("string")
        found = self.frame.groupBy("key").count().withColumn("text", text)
        blank = text.isNull() | text.rlike(r"(?U)\A\s*\z")
        has_nul = F.contains("text", F.lit("\0"))
        wrong = found.where(blank | has_nul | (F.col("count") > 1))
        worst = wrong.orderBy(F.desc(blank), F.desc(has_nul), "text").first()
        if worst is None:
            return
        rows = f"{worst['count']} rows of {name}"
        if worst["text"] is None or not worst["text"].strip():
            raise InvalidInputException(f"Primary key {self.key} has no value in {rows}.")
        if "\0" in worst["text"]:
            raise InvalidInputException(f"Primary key {self.key} has a NUL byte in {rows}.")
        raise InvalidInputException(
            f"Primary key {self.key} has the value {worst['text']} in {rows}."
        )

    def hashed(self, columns: Sequence[ColumnProfile], labels: Table[Labels]) -> DataFrame:
        """
        The frame with `record_id`, `row` and `h0`, `h1`, …: hashes of the row and of what it says.

        Equal records are one row unless `standing_apart` says otherwise.
        """
        count = hash_count(columns)
        added = [
            StructField("record_id", StringType(), False),
            StructField("row", LongType(), False),
            *(StructField(f"h{number}", LongType()) for number in range(count)),
        ]
        schema = StructType([*self.frame.schema.fields, *added])
        key, names = self.key, self.names

        def hash_batches(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            for batch in batches:
                yield _hashed(batch, key, names, columns, labels)

        return self.frame.mapInArrow(hash_batches, schema)


def spark_records(
    frame: DataFrame, key: str, columns: dict[str, str], known: str | None = None
) -> SparkRecords:
    """
    Some columns of a frame as records.

    Args:
        frame: The user's.
        key: Name of the primary key in the transform's schema.
        columns: For each column of the schema, the frame's.
        known: A column with the number of each record's existing cluster.
    """
    names = tuple(name for name in columns if name != key)
    types = {field.name: field.dataType for field in frame.schema.fields}
    chosen = [
        column_of(frame, columns[key]).alias("key"),
        (F.lit(NEW) if known is None else column_of(frame, known)).cast("bigint").alias("known"),
        *(
            _readable(column_of(frame, columns[name]), types[columns[name]]).alias(f"c{number}")
            for number, name in enumerate(names)
        ),
    ]
    return SparkRecords(frame.select(*chosen), key, names, known is not None)


def table_of(batch: pa.Table, key: str, names: Sequence[str]) -> Table[Records]:
    """Records as matching takes them, from columns as `SparkRecords` names them."""
    cells = batch.select(["key", *(f"c{number}" for number in range(len(names)))])
    return to_records(cells.rename_columns([key, *names]), key)


def column_of(frame: DataFrame, name: str) -> Column:
    """A column by its name, whatever characters are in it."""
    escaped = name.replace("`", "``")
    return frame[f"`{escaped}`"]


def _readable(column: Column, kind: DataType) -> Column:
    return column if isinstance(kind, _AS_THEY_ARE) else column.cast("string")


def _hashed(
    batch: pa.RecordBatch,
    key: str,
    names: Sequence[str],
    columns: Sequence[ColumnProfile],
    labels: Table[Labels],
) -> pa.RecordBatch:
    records = table_of(pa.Table.from_batches([batch]), key, names)
    known = batch.column("known").to_numpy(zero_copy_only=False)
    cells = HashedColumns.of(records, columns).cells
    apart = standing_apart(records, known, labels)
    rows = row_hashes(cells, apart)
    added = {
        "record_id": pa.array(records["record_id"].to_numpy(dtype=object), pa.string()),
        "row": pa.array(rows),
        **{
            f"h{number}": pa.array(cells[:, number], mask=cells[:, number] == MISSING)
            for number in range(cells.shape[1])
        },
    }
    fields = [batch.schema.field(number) for number in range(batch.num_columns)]
    return pa.RecordBatch.from_arrays(
        [*batch.columns, *added.values()],
        schema=pa.schema([*fields, *(pa.field(n, a.type) for n, a in added.items())]),
    )
