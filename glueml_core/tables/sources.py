"""Sources: the records of a Glue table, wherever and however it is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import compress
from typing import Any

import pyarrow as pa
from pyarrow.fs import FileSystem

from glueml_core.errors import InvalidInputException
from glueml_core.settings import Settings
from glueml_core.tables.formats import TableFormat, format_of_file, format_of_table
from glueml_core.tables.listing import list_versions
from glueml_core.tables.locations import Location, locate
from glueml_core.tables.partitions import keeps
from glueml_core.tables.readers import file_system_of, read_file
from glueml_core.tables.s3 import S3AccessError

__all__ = ["columns_of", "files_of", "read_table"]


def columns_of(table: Mapping[str, Any]) -> list[str]:
    """The names of a table's columns in order; partition keys last, each once."""
    storage = table.get("StorageDescriptor") or {}
    columns = [*(storage.get("Columns") or []), *(table.get("PartitionKeys") or [])]
    return list(dict.fromkeys(column["Name"] for column in columns))


def files_of(table: Mapping[str, Any], settings: Settings) -> dict[Location, str]:
    """
    The files that `read_table` would read, each with the etag of its present version.

    Raises:
        InvalidInputException: Nothing is there, or it may not be read.
    """
    location = _location_of(table, settings)
    versions = list_versions(location)
    kept = _kept(table, location, list(versions))
    return {file: versions[file] for file in kept}


def read_table(
    table: Mapping[str, Any],
    columns: Sequence[str],
    settings: Settings,
    files: Sequence[Location] | None = None,
) -> pa.Table:
    """
    The records of a table as the Data Catalog defines it, its files in the order of their names.

    Args:
        table: The catalog's `Table`: its StorageDescriptor tells location and format. With the
            member AdditionalOptions of a source, only the partitions that its predicates keep.
        columns: The columns to read, in the order they are wanted.
        settings: Tell which folders may be read, and in which region.
        files: Those to read, at least one; None: all, as `files_of` tells them.

    Raises:
        InvalidInputException: Nothing is there, it may not be read, or a file is broken; the text
            says which file, and where in it.
    """
    location = _location_of(table, settings)
    try:
        file_system = file_system_of(location)
    except S3AccessError as error:
        raise InvalidInputException(f"Cannot read {location.uri}. {error}.") from error

    told = format_of_table(table)
    chosen = list(files_of(table, settings)) if files is None else files
    parts = [_read_part(file, location, file_system, told, columns) for file in chosen]
    try:
        return pa.concat_tables(parts, promote_options="permissive")
    except pa.ArrowTypeError as error:
        raise InvalidInputException(
            f"Cannot read {location.uri}. Its files disagree on a column's type: {error}"
        ) from error


def _location_of(table: Mapping[str, Any], settings: Settings) -> Location:
    uri = (table.get("StorageDescriptor") or {}).get("Location") or ""
    try:
        return locate(uri, settings)
    except ValueError as error:
        raise InvalidInputException(f"Cannot read {uri or 'the table'}. {error}.") from error


def _kept(table: Mapping[str, Any], location: Location, files: list[Location]) -> list[Location]:
    options = table.get("AdditionalOptions") or {}
    kept = keeps(table, options, [_partition_values(file, location) for file in files])
    if files and not any(kept):
        raise InvalidInputException(
            f"Cannot read {location.uri}. No partition meets {' and '.join(options.values())}."
        )
    return list(compress(files, kept))


def _read_part(
    file: Location,
    table: Location,
    file_system: FileSystem,
    told: TableFormat | None,
    columns: Sequence[str],
) -> pa.Table:
    partition = _partition_values(file, table)
    in_file = [name for name in columns if name not in partition]
    part = read_file(file, file_system, told or _guess(file), in_file)
    for name in set(columns) - set(in_file):
        text = pa.repeat(pa.scalar(partition[name], pa.string()), part.num_rows)
        part = part.append_column(name, text)
    return part.select(list(columns))


def _guess(file: Location) -> TableFormat:
    kind = format_of_file(file.path)
    if kind is None:
        raise InvalidInputException(
            f"Cannot read {file.uri}. Neither its table's classification nor its name says "
            "whether it is csv, json, parquet or orc."
        )
    return TableFormat(kind, delimiter="\t" if ".tsv" in file.path.lower() else ",")


def _partition_values(file: Location, table: Location) -> dict[str, str]:
    """Columns that only the folders tell, as in `year=2026/part-0.csv`."""
    below = file.uri.removeprefix(table.uri.rstrip("/"))
    folders = [part.partition("=")[::2] for part in below.split("/")[:-1] if "=" in part]
    return dict(folders)
