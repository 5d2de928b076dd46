"""The crawler: a Data Catalog definition for files that have none yet."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from pyarrow import dataset

from glueml_core.errors import InvalidInputException
from glueml_core.settings import Settings
from glueml_core.tables.csv_files import BadCsvError, read_rows
from glueml_core.tables.formats import FileFormat, TableFormat, format_of_file
from glueml_core.tables.listing import list_files
from glueml_core.tables.locations import Location, locate
from glueml_core.tables.readers import file_system_of, text_lines

__all__ = ["crawl", "stored_schema"]

_HIVE_TYPES = {
    pa.bool_(): "boolean",
    pa.int8(): "tinyint",
    pa.int16(): "smallint",
    pa.int32(): "int",
    pa.int64(): "bigint",
    pa.float32(): "float",
    pa.float64(): "double",
    pa.date32(): "date",
}


def crawl(uri: str, settings: Settings) -> dict[str, Any]:
    """
    What a Glue crawler would write down about the files at `uri`: a TableInput without a Name.

    The first file stands for all. CSV and JSON lines keep every column as text, so that values
    come back as they are written; Parquet and ORC have types of their own.

    Raises:
        InvalidInputException: Nothing is there, it may not be read, or it is no known format.
    """
    try:
        first = list_files(locate(uri, settings))[0]
    except ValueError as error:
        raise InvalidInputException(f"Cannot read {uri}. {error}.") from error
    kind = format_of_file(first.path)
    if kind is None:
        raise InvalidInputException(
            f"Cannot tell the format of {first.uri}. Name it .csv, .jsonl, .parquet or .orc."
        )

    return {
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {"classification": kind},
        "StorageDescriptor": {"Location": uri, "Columns": _columns(first, kind)},
    }


def _columns(file: Location, kind: FileFormat) -> list[dict[str, str]]:
    if kind == "csv":
        return [{"Name": name, "Type": "string"} for name in _csv_header(file)]

    as_text = kind == "json"
    return [
        {"Name": field.name, "Type": "string" if as_text else _hive_type(field.type)}
        for field in stored_schema(file, kind)
    ]


def stored_schema(file: Location, kind: FileFormat) -> pa.Schema:
    """The columns of one file of JSON lines, Parquet or ORC, and what types they are read as."""
    return dataset.dataset(file.arrow_path, filesystem=file_system_of(file), format=kind).schema


def _csv_header(file: Location) -> list[str]:
    with text_lines(file_system_of(file), file.arrow_path) as lines:
        try:
            _, header = next(read_rows(lines, TableFormat("csv")), (1, []))
        except BadCsvError as error:
            raise InvalidInputException(f"Cannot read {file.uri}. {error}.") from error
    if not header:
        raise InvalidInputException(f"Cannot read {file.uri}. It has no header line.")
    return header


def _hive_type(arrow: pa.DataType) -> str:
    if pa.types.is_timestamp(arrow):
        return "timestamp"
    if pa.types.is_decimal(arrow):
        return f"decimal({arrow.precision},{arrow.scale})"
    return _HIVE_TYPES.get(arrow, "string")
