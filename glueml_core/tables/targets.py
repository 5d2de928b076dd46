"""Targets: records written as one file of any of the formats."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import chain
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.orc
import pyarrow.parquet

from glueml_core.tables.cells import cell_text
from glueml_core.tables.csv_files import write_rows
from glueml_core.tables.formats import FileFormat
from glueml_core.tables.locations import Location
from glueml_core.tables.outputs import open_output

__all__ = ["write_table"]


def write_table(table: pa.Table, target: Location, kind: FileFormat) -> None:
    """
    Write every row and column; CSV with a header, and nothing in the cell of a missing value.

    Raises:
        InvalidInputException: The place cannot be written to.
    """
    with open_output(target) as file:
        match kind:
            case "csv":
                _write_csv(table, file)
            case "json":
                _write_json(table, file)
            case "parquet":
                pa.parquet.write_table(table, file)
            case "orc":
                pa.orc.write_table(table, file)


def _write_csv(table: pa.Table, file: BinaryIO) -> None:
    rows = (
        row
        for columns in _batches(table)
        for row in zip(*(map(cell_text, column) for column in columns), strict=True)
    )
    write_rows(file, chain([table.column_names], rows))


def _write_json(table: pa.Table, file: BinaryIO) -> None:
    for columns in _batches(table):
        for row in zip(*columns, strict=True):
            fields = dict(zip(table.column_names, row, strict=True))
            file.write(json.dumps(fields, ensure_ascii=False, default=str).encode() + b"\n")


def _batches(table: pa.Table) -> Iterator[list[list[Any]]]:
    for batch in table.to_batches(max_chunksize=10_000):
        yield [column.to_pylist() for column in batch.columns]
