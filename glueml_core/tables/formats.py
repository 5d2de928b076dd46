"""Formats: how a Glue table's definition says that its files are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Literal

from glueml_core.errors import InvalidInputException

__all__ = ["FileFormat", "TableFormat", "format_of_file", "format_of_table"]

FileFormat = Literal["csv", "json", "parquet", "orc"]

_SUFFIXES: dict[str, FileFormat] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
    ".parquet": "parquet",
    ".orc": "orc",
}
_COMPRESSIONS = {".gz", ".bz2", ".zst", ".lz4"}


@dataclass(frozen=True)
class TableFormat:
    """
    How the files of one table are written.

    Args:
        kind: The file format.
        delimiter: Between two cells of a CSV file.
        quote: Around a cell of a CSV file that holds a delimiter, a quote or a newline.
        escape: Before a character of a CSV file that stands for itself; None: a quote is doubled.
        header_lines: Lines of a CSV file before the first record; None: the definition is silent,
            so a first line that names the table's columns is a header.
    """

    kind: FileFormat
    delimiter: str = ","
    quote: str = '"'
    escape: str | None = None
    header_lines: int | None = None


def format_of_table(table: Mapping[str, Any]) -> TableFormat | None:
    """
    The format that a table definition (the Data Catalog's `Table`) tells; None if it tells none.

    Raises:
        InvalidInputException: A format we do not read, or a parameter that means nothing.
    """
    storage = table.get("StorageDescriptor") or {}
    serde = storage.get("SerdeInfo") or {}
    parameters = {
        **(table.get("Parameters") or {}),
        **(storage.get("Parameters") or {}),
        **(serde.get("Parameters") or {}),
    }
    kind = _kind(
        str(parameters.get("classification") or ""),
        str(serde.get("SerializationLibrary") or ""),
        str(storage.get("InputFormat") or ""),
    )
    if kind == "csv":
        return _csv_format(parameters)
    return TableFormat(kind) if kind else None


def format_of_file(name: str) -> FileFormat | None:
    """The format that a file's name tells, looking through a suffix like `.gz`."""
    path = PurePosixPath(name.lower())
    if path.suffix in _COMPRESSIONS:
        path = path.with_suffix("")
    return _SUFFIXES.get(path.suffix)


def _kind(classification: str, serde: str, input_format: str) -> FileFormat | None:
    told = f"{serde} {input_format}".lower()
    for kind in ("parquet", "orc", "json"):
        if kind == classification.lower() or f"{kind}serde" in told or f".{kind}." in told:
            return kind
    if classification.lower() in ("csv", "tsv") or "csvserde" in told or "lazysimple" in told:
        return "csv"
    if classification and classification.lower() != "unknown":
        raise InvalidInputException(
            f"Tables of classification {classification} cannot be read; "
            "csv, json, parquet and orc can."
        )
    return None


def _csv_format(parameters: Mapping[str, str]) -> TableFormat:
    def first(*names: str) -> str | None:
        return next((parameters[name] for name in names if parameters.get(name)), None)

    delimiter = first("field.delim", "separatorChar", "delimiter") or ","
    if parameters.get("classification") == "tsv":
        delimiter = "\t"
    return TableFormat(
        "csv",
        delimiter=_one_character("field.delim", delimiter),
        quote=_one_character("quoteChar", first("quoteChar") or '"'),
        escape=_escape(first("escapeChar", "escape.delim")),
        header_lines=_line_count(first("skip.header.line.count")),
    )


def _one_character(name: str, value: str) -> str:
    # Hive writes some separators as the number or the name of the character.
    value = {"\\t": "\t", "\\u0001": "\x01", "1": "\x01", "9": "\t"}.get(value, value)
    if len(value) != 1:
        raise InvalidInputException(f"Parameter {name} of the table is not one character: {value}.")
    return value


def _escape(value: str | None) -> str | None:
    return None if value is None else _one_character("escapeChar", value.replace("\\\\", "\\"))


def _line_count(value: str | None) -> int | None:
    if value is None:
        return None
    if not value.isdecimal():
        raise InvalidInputException(
            f"Parameter skip.header.line.count of the table is not a number: {value}."
        )
    return int(value)
