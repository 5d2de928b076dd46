"""Readers: one file of records, in any of the formats, as an Arrow table."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from itertools import chain, islice
from typing import Any

import pyarrow as pa
import pyarrow.orc
import pyarrow.parquet
from pyarrow.fs import FileSystem, LocalFileSystem

from glueml_core.errors import InvalidInputException
from glueml_core.tables import s3
from glueml_core.tables.csv_files import BadCsvError, read_rows
from glueml_core.tables.formats import TableFormat
from glueml_core.tables.locations import Location

__all__ = ["file_system_of", "read_file", "text_lines"]

_ROWS_AT_ONCE = 50_000
_ORC_MAGIC = b"ORC"


def file_system_of(location: Location) -> FileSystem:
    """What pyarrow reads this place with."""
    return LocalFileSystem() if location.bucket is None else s3.file_system(location.region)


def read_file(
    file: Location, file_system: FileSystem, table_format: TableFormat, columns: Sequence[str]
) -> pa.Table:
    """
    The `columns` of one file, in that order, in its own row order.

    Text formats give text back unchanged: nothing is taken for a number or for a missing value.

    Raises:
        InvalidInputException: The file is broken or lacks a column; the text names the file, and
            for text formats the line and the column.
    """
    path = file.arrow_path
    try:
        match table_format.kind:
            case "csv":
                return _read_csv(file_system, path, table_format, columns)
            case "json":
                return _read_json(file_system, path, columns)
            case "parquet":
                return _read_binary(pa.parquet.ParquetFile(path, filesystem=file_system), columns)
            case "orc":
                return _read_binary(_orc_file(file_system.open_input_file(path)), columns)
    except (BadFileError, BadCsvError, pa.ArrowInvalid) as error:
        reason = str(error).rstrip(".")
        raise InvalidInputException(f"Cannot read {file.uri}. {reason}.") from error


class BadFileError(ValueError):
    """A file's content is not what its table says; the message has no full stop."""


def text_lines(file_system: FileSystem, path: str) -> io.TextIOWrapper:
    """The lines of a text file in UTF-8, unpacked where it is packed, a BOM left out."""
    stream = file_system.open_input_stream(path, compression="detect")
    # What is not UTF-8 is kept visible, so that its line and column can be told.
    return io.TextIOWrapper(stream, "utf-8-sig", errors="surrogateescape", newline="")


def _read_csv(
    file_system: FileSystem, path: str, table_format: TableFormat, columns: Sequence[str]
) -> pa.Table:
    with text_lines(file_system, path) as lines:
        rows = read_rows(lines, table_format)
        line, first = next(rows, (1, []))
        found = None if table_format.header_lines == 0 else _find(columns, first)
        # By position where no header names the table's columns, as Hive reads it.
        if found is None and len(first) != len(columns):
            raise BadFileError(
                f"Line {line}: {len(first)} cells, but the table has the {len(columns)} columns "
                f"{', '.join(columns)}"
            )
        header_lines = int(found is not None)
        if table_format.header_lines is not None:
            header_lines = table_format.header_lines
        records = islice(chain([(line, first)], rows), header_lines, None)
        parts = [
            _text_table(part, len(first), found or range(len(columns)), columns)
            for part in iter(lambda: list(islice(records, _ROWS_AT_ONCE)), [])
        ]
    return pa.concat_tables(parts) if parts else _text_table([], 0, (), columns)


def _text_table(
    rows: list[tuple[int, list[str]]], width: int, found: Sequence[int], columns: Sequence[str]
) -> pa.Table:
    for line, row in rows:
        if len(row) != width:
            raise BadFileError(f"Line {line}: {len(row)} cells instead of {width}")
    cells = [[row[number] for _, row in rows] for number in found] or [[] for _ in columns]
    try:
        return pa.table([pa.array(column, pa.string()) for column in cells], names=list(columns))
    except UnicodeEncodeError:
        for name, column in zip(columns, cells, strict=True):
            for (line, _), cell in zip(rows, column, strict=True):
                _check_utf8(cell, f"Line {line}, column {name}")
        raise


def _check_utf8(text: str, where: str) -> None:
    if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
        raise BadFileError(f"{where}: not UTF-8")


def _read_json(file_system: FileSystem, path: str, columns: Sequence[str]) -> pa.Table:
    values: list[list[Any]] = [[] for _ in columns]
    with text_lines(file_system, path) as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            row = {name.lower(): value for name, value in _json_object(number, line).items()}
            for name, column in zip(columns, values, strict=True):
                column.append(_json_cell(number, name, row.get(name.lower())))
    return pa.table(dict(zip(columns, map(_array, values), strict=True)))


def _json_object(number: int, line: str) -> dict[str, Any]:
    try:
        row = json.loads(line.rstrip(), parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise BadFileError(f"Line {number}, column {error.colno}: {error.msg}") from error
    except ValueError as error:
        raise BadFileError(f"Line {number}: {error}") from error
    if not isinstance(row, dict):
        raise BadFileError(f"Line {number}: not a JSON object")
    return row


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _json_cell(number: int, name: str, value: Any) -> Any:
    if isinstance(value, dict | list):
        raise BadFileError(f"Line {number}, column {name}: not a single value")
    if isinstance(value, str):
        _check_utf8(value, f"Line {number}, column {name}")
    return value


def _array(values: list[Any]) -> pa.Array:
    try:
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        # Numbers beside text: as text, each as JSON writes it.
        text = [v if v is None or isinstance(v, str) else json.dumps(v) for v in values]
        return pa.array(text, pa.string())


def _orc_file(opened: Any) -> pa.orc.ORCFile:
    if opened.read(len(_ORC_MAGIC)) != _ORC_MAGIC:
        raise BadFileError("Not an ORC file")
    return pa.orc.ORCFile(opened)


def _read_binary(file: Any, columns: Sequence[str]) -> pa.Table:
    schema = getattr(file, "schema_arrow", None) or file.schema
    found = _find(columns, schema.names)
    if found is None:
        known = {name.lower() for name in schema.names}
        missing = [name for name in columns if name.lower() not in known]
        raise BadFileError(f"It lacks the columns {', '.join(missing)}")

    names = [schema.names[number] for number in found]
    return file.read(columns=names).select(names).rename_columns(list(columns))


def _find(columns: Sequence[str], names: Sequence[str]) -> list[int] | None:
    """Where each column stands among `names`; a Data Catalog writes names in lower case."""
    exact = {name: number for number, name in reversed(list(enumerate(names)))}
    lower = {name.lower(): number for number, name in reversed(list(enumerate(names)))}
    found = [exact.get(name, lower.get(name.lower())) for name in columns]
    return None if None in found else [number for number in found if number is not None]
