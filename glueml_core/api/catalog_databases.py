"""Databases of the Data Catalog."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from glueml_core.api.definitions import plain
from glueml_core.api.paging import decode_token, encode_token
from glueml_core.api.tagging import check_tags

if TYPE_CHECKING:
    from collections.abc import Mapping

    from glueml_core.api.core import Core
    from glueml_core.store import CatalogDatabase

__all__ = ["create_database", "delete_database", "get_database", "get_databases"]

MAX_CATALOG_PAGE = 100


def create_database(
    core: Core,
    *,
    database_input: Mapping[str, Any],
    tags: Mapping[str, str] | None = None,
    catalog_id: str | None = None,
) -> dict[str, Any]:
    """Make a database for tables; there is one catalog, whatever `catalog_id` says."""
    check_tags(tags or {})
    core.store.catalog.add_database(database_input["Name"], plain(database_input), tags)
    return {}


def get_database(core: Core, *, name: str, catalog_id: str | None = None) -> dict[str, Any]:
    """One database."""
    return {"Database": _view(core, core.store.catalog.database(name))}


def get_databases(
    core: Core,
    *,
    next_token: str | None = None,
    max_results: int = MAX_CATALOG_PAGE,
    catalog_id: str | None = None,
    resource_share_type: str | None = None,
    attributes_to_get: list[str] | None = None,
) -> dict[str, Any]:
    """All databases, by name; none of them is shared by other accounts."""
    after = decode_token(next_token, "databases")
    page = core.store.catalog.databases(after, max_results)
    databases = [_view(core, database) for database in page.rows]
    return {"DatabaseList": databases, "NextToken": encode_token(page.next_key, "databases")}


def delete_database(core: Core, *, name: str, catalog_id: str | None = None) -> dict[str, Any]:
    """Remove a database with its tables; their files are left alone."""
    core.store.catalog.delete_database(name)
    return {}


def _view(core: Core, database: CatalogDatabase) -> dict[str, Any]:
    return {
        **database.definition,
        "Name": database.name,
        "CreateTime": database.created_on,
        "CatalogId": core.settings.account_id,
    }
