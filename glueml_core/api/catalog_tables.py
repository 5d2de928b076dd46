"""Tables of the Data Catalog."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from glueml_core.api.catalog_databases import MAX_CATALOG_PAGE
from glueml_core.api.definitions import plain
from glueml_core.api.paging import decode_token, encode_token
from glueml_core.errors import ConcurrentModificationException, InvalidInputException

if TYPE_CHECKING:
    from collections.abc import Mapping

    from glueml_core.api.core import Core
    from glueml_core.store import CatalogTable

__all__ = ["create_table", "delete_table", "get_table", "get_tables", "update_table"]


def create_table(
    core: Core,
    *,
    database_name: str,
    table_input: Mapping[str, Any] | None = None,
    **ignored: Any,
) -> dict[str, Any]:
    """Name some files, their columns and their format; the files need not be there."""
    definition = _definition(table_input)
    core.store.catalog.add_table(database_name, definition["Name"], definition)
    return {}


def update_table(
    core: Core,
    *,
    database_name: str,
    table_input: Mapping[str, Any] | None = None,
    version_id: str | None = None,
    **ignored: Any,
) -> dict[str, Any]:
    """Replace a table's definition; with `version_id`, only if nobody else has done so since."""
    definition = _definition(table_input)
    table = core.store.catalog.table(database_name, definition["Name"])
    if version_id is not None and version_id != str(table.version):
        raise ConcurrentModificationException(f"Table {table.name} has changed; please retry.")

    core.store.catalog.update_table(database_name, definition["Name"], definition)
    return {}


def get_table(core: Core, *, database_name: str, name: str, **ignored: Any) -> dict[str, Any]:
    """One table."""
    return {"Table": _view(core, core.store.catalog.table(database_name, name))}


def get_tables(
    core: Core,
    *,
    database_name: str,
    expression: str | None = None,
    next_token: str | None = None,
    max_results: int = MAX_CATALOG_PAGE,
    **ignored: Any,
) -> dict[str, Any]:
    """The tables of a database by name; with an expression, those whose whole name it matches."""
    listed = ("tables", database_name, expression)
    after = decode_token(next_token, *listed)
    page = core.store.catalog.tables(database_name, after, max_results, expression or None)
    tables = [_view(core, table) for table in page.rows]
    return {"TableList": tables, "NextToken": encode_token(page.next_key, *listed)}


def delete_table(core: Core, *, database_name: str, name: str, **ignored: Any) -> dict[str, Any]:
    """Remove a table from the catalog; its files are left alone."""
    core.store.catalog.delete_table(database_name, name)
    return {}


def _definition(table_input: Mapping[str, Any] | None) -> dict[str, Any]:
    if table_input is None:
        raise InvalidInputException(
            "TableInput must be given: no open table format is served here."
        )
    return dict(plain(table_input))


def _view(core: Core, table: CatalogTable) -> dict[str, Any]:
    # What a view is defined by has one form in requests and another in answers.
    definition = {key: value for key, value in table.definition.items() if key != "ViewDefinition"}
    return {
        **definition,
        "Name": table.name,
        "DatabaseName": table.database_name,
        "CreateTime": table.created_on,
        "UpdateTime": table.updated_on,
        "VersionId": str(table.version),
        "CatalogId": core.settings.account_id,
    }
