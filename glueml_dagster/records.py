"""Records: tables of files, read by the core's own readers for checks and pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from glueml_dagster.resource import GlueMLResource

if TYPE_CHECKING:
    import pandas as pd

    from glueml_core.settings import Settings

__all__ = ["newest_file", "read_files", "read_records", "settings_of"]


def settings_of(glueml: GlueMLResource) -> Settings:
    """What this process may read: the store's settings, else those of the environment."""
    from glueml_core.settings import Settings

    return Settings.of(glueml.store if glueml.embedded else None)


def read_records(table: dict[str, Any], settings: Settings) -> pd.DataFrame:
    """All columns of a table in the catalog; text stays as it is in the files."""
    from glueml_core.tables.sources import columns_of, read_table

    records: pd.DataFrame = read_table(table, columns_of(table), settings).to_pandas()
    return records


def read_files(location: str, columns: list[str], settings: Settings) -> pd.DataFrame:
    """Some columns of files whose names tell their format."""
    from glueml_core.tables.sources import read_table

    table = {"StorageDescriptor": {"Location": location}}
    records: pd.DataFrame = read_table(table, columns, settings).to_pandas()
    return records


def newest_file(folder: str, prefix: str, settings: Settings) -> str:
    """The URI of the file whose name, with the time in it after `prefix`, is the last."""
    from glueml_core.tables.listing import list_files
    from glueml_core.tables.locations import locate

    files = [file.uri for file in list_files(locate(folder, settings))]
    return max(uri for uri in files if uri.rpartition("/")[2].startswith(prefix))
