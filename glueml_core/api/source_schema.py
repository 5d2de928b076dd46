"""The schema of a transform: the columns that the catalog tells of its source table."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from glueml_core.errors import (
    AccessDeniedException,
    EntityNotFoundException,
    InvalidInputException,
)
from glueml_core.tables.partitions import check_predicates

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from glueml_core.api.core import Core

__all__ = ["check_primary_key", "read_schema", "single_table"]

MAX_COLUMNS = 100

# Hive's scalar types, and the names that Glue's own frames give to some of them. What is nested or
# binary has no similarity that a person would agree with.
_SCALAR_TYPE = re.compile(
    r"(tinyint|smallint|int|integer|bigint|byte|short|long|float|real|double|double precision|"
    r"boolean|string|date|timestamp|(decimal|numeric)(\(\d+(,\d+)?\))?|(char|varchar)\(\d+\))"
)


def single_table(tables: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The one table that a transform is made for, else InvalidInputException."""
    if not tables:
        raise InvalidInputException(
            "An AWS Glue Table input source should be specified in transform."
        )
    if len(tables) > 1:
        raise InvalidInputException("Exactly one input record table must be provided.")
    if not tables[0]["DatabaseName"].strip():
        raise InvalidInputException("Should specify database name.")
    if not tables[0]["TableName"].strip():
        raise InvalidInputException("Should specify table name.")
    return tables[0]


def read_schema(core: Core, table: Mapping[str, Any]) -> list[dict[str, str]]:
    """
    The table's columns in order, partition keys last, with their types as the catalog has them.

    Only the catalog is read, never the data.

    Raises:
        InvalidInputException: No such table, no columns, too many, or one that cannot be compared;
            or AdditionalOptions that could not be applied when the records are read.
    """
    try:
        found = core.store.catalog.table(table["DatabaseName"], table["TableName"])
    except (AccessDeniedException, EntityNotFoundException) as error:
        raise InvalidInputException(f"Problem fetching the data catalog schema: {error}") from error

    check_predicates(found.definition, table.get("AdditionalOptions", {}))
    stored = found.definition.get("StorageDescriptor", {}).get("Columns", [])
    # A partition key may repeat a column: the column comes first and stays.
    partitions = found.definition.get("PartitionKeys", [])
    columns = {column["Name"]: column.get("Type") for column in [*partitions, *stored]}
    names = list(dict.fromkeys(column["Name"] for column in [*stored, *partitions]))
    _check_columns(names, columns)
    return [{"Name": name, "DataType": str(columns[name])} for name in names]


def check_primary_key(schema: Sequence[Mapping[str, str]], primary_key: str) -> None:
    """Raise InvalidInputException unless `primary_key` is a column of `schema`."""
    if primary_key not in {column["Name"] for column in schema}:
        raise InvalidInputException(f"Schema should contain given primary key: {primary_key}.")


def _check_columns(names: Sequence[str], types: Mapping[str, str | None]) -> None:
    if not names:
        raise InvalidInputException("Schema is not defined on the transform.")
    if len(names) > MAX_COLUMNS:
        raise InvalidInputException(f"Schema should contain at most {MAX_COLUMNS} columns.")
    for name in names:
        plain = re.sub(r"\s*([(),])\s*", r"\1", (types[name] or "").strip().lower())
        if not _SCALAR_TYPE.fullmatch(plain):
            raise InvalidInputException(
                f"Input source column {name} has an invalid data type defined in the catalog."
            )
