"""The catalog: a source table's entry in the Glue Data Catalog, kept like its files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from glueml_dagster.definition import SourceTable

if TYPE_CHECKING:
    from glueml_core.settings import Settings

__all__ = ["catalog_columns", "crawl_source", "get_table"]

Column = dict[str, str]
_DEFINITION = ("Name", "StorageDescriptor", "PartitionKeys", "Parameters")


def get_table(glue: Any, source: SourceTable) -> dict[str, Any]:
    """The catalog's entry as GetTable answers it, without its history."""
    found = glue.get_table(DatabaseName=source.database, Name=source.table)["Table"]
    return {name: found[name] for name in _DEFINITION if name in found}


def catalog_columns(table: dict[str, Any]) -> list[Column]:
    """Name and Hive type of each column of a catalog's entry."""
    return [
        {"Name": column["Name"], "DataType": column.get("Type", "string")}
        for column in table["StorageDescriptor"]["Columns"]
    ]


def crawl_source(glue: Any, source: SourceTable, settings: Settings) -> bool:
    """
    Bring the catalog's entry of a table that has a location in line with its files.

    Args:
        glue: A boto3 client.
        source: The table; without a location its entry is left as it is.
        settings: What may be read.

    Returns:
        Whether anything was changed.
    """
    from glueml_core.tables.crawler import crawl

    if source.location is None:
        return False
    wanted = crawl(source.location, settings) | {"Name": source.table}
    _make_database(glue, source.database)
    try:
        found = get_table(glue, source)
    except glue.exceptions.EntityNotFoundException:
        glue.create_table(DatabaseName=source.database, TableInput=wanted)
        return True

    if found["StorageDescriptor"] == found["StorageDescriptor"] | wanted["StorageDescriptor"]:
        return False
    glue.update_table(DatabaseName=source.database, TableInput=wanted)
    return True


def _make_database(glue: Any, name: str) -> None:
    try:
        glue.get_database(Name=name)
    except glue.exceptions.EntityNotFoundException:
        glue.create_database(DatabaseInput={"Name": name})
