"""Rows in the form of a table in files, so that a further file makes them a part of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import pyarrow as pa

from glueml_core.errors import InvalidInputException
from glueml_core.tables.crawler import stored_schema
from glueml_core.tables.formats import FileFormat, TableFormat, format_of_file, format_of_table
from glueml_core.tables.listing import is_hidden
from glueml_core.tables.locations import Location
from glueml_core.tables.sources import columns_of

__all__ = ["check_is_read", "check_name", "is_inside", "like_rows_of"]


def check_name(path: str, file: Location, table: Location) -> None:
    """InvalidInputException if the file may be one that has existing records in it."""
    is_among_existing = is_inside(file, table) or file.arrow_path == table.arrow_path
    if is_among_existing and format_of_file(path) is not None:
        raise InvalidInputException(
            f"Cannot write to {path}. Among the files of existing records, a file gets a name of "
            "its own: give the folder."
        )


def check_is_read(path: str, file: Location, table: Location, files: Collection[Location]) -> None:
    """
    InvalidInputException if who reads a table would look for a file in it that is not there: one
    in the folder of the table's only file, or one that is hidden in the table's folder. A file
    that the request names is looked for where it is.

    Args:
        path: What the request names, a file or a folder.
        file: To be written.
        table: Where the table is.
        files: The files that it has.
    """
    if is_inside(file, table):
        if is_hidden(file.arrow_path.removeprefix(table.arrow_path.rstrip("/") + "/")):
            raise InvalidInputException(
                f"Cannot write to {file.uri}. What begins with _ or . is no part of a table."
            )
    elif _is_added_beside(path, file, table) and table.arrow_path in {
        it.arrow_path for it in files
    }:
        raise InvalidInputException(
            f"Cannot write to {file.uri}. The existing records are the one file {table.uri}: give "
            "its folder as the existing records to add to it."
        )


def _is_added_beside(path: str, file: Location, table: Location) -> bool:
    return format_of_file(path) is None and _folder(file) == _folder(table)


def _folder(file: Location) -> str:
    return file.arrow_path.rpartition("/")[0]


def is_inside(file: Location, folder: Location) -> bool:
    """Whether a file is a part of the table whose location is `folder`."""
    return file.arrow_path.startswith(folder.arrow_path.rstrip("/") + "/")


def like_rows_of(
    definition: Mapping[str, Any], some_file: Location, kind: FileFormat, rows: pa.Table
) -> pa.Table:
    """
    The rows with the columns of a table, in their order and of their types.

    Args:
        definition: The table's, as in the Data Catalog.
        some_file: One of its files.
        kind: Of the file that the rows are for.
        rows: Their columns may stand in any order; what they lack is missing.

    Raises:
        InvalidInputException: They have a column that the table lacks, or one of another type; or
            we write no files such as the table's.
    """
    _check_form(definition, some_file, kind)
    names = columns_of(definition)
    known = {name.lower() for name in names}
    foreign = [name for name in rows.column_names if name.lower() not in known]
    if foreign:
        raise InvalidInputException(
            f"The existing records lack the columns {', '.join(foreign)} of the new ones; their "
            f"columns were told by {some_file.uri}."
        )
    place = {name.lower(): number for number, name in enumerate(rows.column_names)}
    types = _types(some_file, kind)
    columns = {}
    for name in names:
        at = place.get(name.lower())
        column = pa.nulls(len(rows)) if at is None else rows.column(at)
        columns[name] = _cast(column, name, types.get(name.lower(), column.type))
    return pa.table(columns)


def _types(file: Location, kind: FileFormat) -> dict[str, pa.DataType]:
    """What each column of a file is read as, by its name in lower case; in CSV all is text."""
    if kind == "csv":
        return {}
    types = {field.name.lower(): field.type for field in stored_schema(file, kind)}
    if kind != "json":
        return types
    # Arrow takes texts for dates; we do not.
    return {name: told if _is_json(told) else pa.string() for name, told in types.items()}


def _is_json(told: pa.DataType) -> bool:
    """Whether JSON has values of this type, other than text."""
    kinds = (pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean)
    return any(is_kind(told) for is_kind in kinds)


def _cast(column: pa.ChunkedArray, name: str, kind: pa.DataType) -> pa.ChunkedArray:
    try:
        return column.cast(kind)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise InvalidInputException(
            f"The existing and the new records disagree on the type of column {name}: {error}"
        ) from error


def _check_form(definition: Mapping[str, Any], some_file: Location, kind: FileFormat) -> None:
    """InvalidInputException if a file as we write it would be read as something else."""
    told = format_of_table(definition) or TableFormat(format_of_file(some_file.path) or kind)
    written = TableFormat(kind, header_lines=1 if told.header_lines == 1 else None)
    if told != written or definition.get("PartitionKeys"):
        raise InvalidInputException(
            f"Cannot add a file of {kind} to the existing records: they are partitioned, or of "
            "another format, or lack the usual delimiters or the header of one line."
        )
