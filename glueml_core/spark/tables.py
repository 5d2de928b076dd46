"""Tables of the Data Catalog, read and written by Spark."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from pyspark.sql import DataFrame, SparkSession

from glueml_core.errors import InvalidInputException
from glueml_core.settings import Settings
from glueml_core.tables.formats import FileFormat, TableFormat, format_of_table
from glueml_core.tables.locations import Location, locate
from glueml_core.tables.sources import columns_of

__all__ = ["read_table", "write_table"]

_Option: TypeAlias = "bool | float | int | str | None"


def read_table(
    spark: SparkSession, table: Mapping[str, Any], settings: Settings
) -> tuple[DataFrame, FileFormat]:
    """
    The records of a table, and the format they are kept in.

    Args:
        spark: Where to read it.
        table: The catalog's `Table`: its StorageDescriptor tells location and format.
        settings: Tell which folders may be read.

    Raises:
        InvalidInputException: It may not be read, or its definition does not say how.
    """
    uri = (table.get("StorageDescriptor") or {}).get("Location") or ""
    try:
        path = _path(locate(uri, settings))
    except ValueError as error:
        raise InvalidInputException(f"Cannot read {uri or 'the table'}. {error}.") from error
    told = format_of_table(table)
    if told is None:
        raise InvalidInputException(
            f"Cannot read {uri}. Its table's classification does not say whether it is csv, json, "
            "parquet or orc."
        )
    if told.kind == "csv":
        return _read_csv(spark, path, told, columns_of(table)), "csv"
    return spark.read.format(told.kind).load(path), told.kind


def write_table(frame: DataFrame, folder: Location, kind: FileFormat) -> None:
    """Write every row and column into a folder of files; CSV with a header."""
    options: dict[str, _Option] = {"header": True, "escape": '"'} if kind == "csv" else {}
    frame.write.format(kind).options(**options).save(_path(folder))


def _read_csv(spark: SparkSession, path: str, told: TableFormat, columns: list[str]) -> DataFrame:
    options: dict[str, _Option] = {
        "sep": told.delimiter,
        "quote": told.quote,
        # Without an escape, a quote inside of quotes is doubled.
        "escape": told.escape or told.quote,
        "multiLine": True,
    }
    if (told.header_lines or 0) > 1:
        raise InvalidInputException(
            f"Spark cannot read {path}: its files have {told.header_lines} lines before the first "
            "record."
        )
    plain = spark.read.options(**options).csv(path)
    if told.header_lines is None:
        first = plain.first()
        named = {str(cell).lower() for cell in first or ()}
        has_header = {name.lower() for name in columns} <= named
    else:
        has_header = told.header_lines == 1
    return (
        spark.read.options(**options).csv(path, header=True) if has_header else plain.toDF(*columns)
    )


def _path(location: Location) -> str:
    """The place as Hadoop names it."""
    scheme, _, rest = location.uri.partition("://")
    return f"s3a://{rest}" if scheme == "s3" else location.uri
