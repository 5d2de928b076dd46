"""The embedded Data Catalog: databases and tables as the API defined them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, update

from glueml_core.errors import (
    AlreadyExistsException,
    EntityNotFoundException,
    InvalidInputException,
)
from glueml_core.store import schema as db
from glueml_core.store.paging import Order, Page, PageKey, read_page
from glueml_core.store.tags import database_resource, put_tags

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection, RowMapping, Select

    from glueml_core.store.database import Database

__all__ = ["Catalog", "CatalogDatabase", "CatalogTable"]


@dataclass(frozen=True)
class CatalogDatabase:
    """A database; `definition` is its DatabaseInput."""

    name: str
    definition: Mapping[str, Any]
    created_on: datetime


@dataclass(frozen=True)
class CatalogTable:
    """A table; `definition` is its TableInput, `version` counts its updates from 0."""

    database_name: str
    name: str
    definition: Mapping[str, Any]
    version: int
    created_on: datetime
    updated_on: datetime


class Catalog:
    """
    The databases and tables of one store.

    Names are folded to lower case, as Glue does for Hive.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_database(
        self, name: str, definition: Mapping[str, Any], tags: Mapping[str, str] | None = None
    ) -> CatalogDatabase:
        """A new database; AlreadyExistsException if the name is taken."""
        name = name.lower()
        with self._database.exclusive() as connection:
            if _find_database(connection, name) is not None:
                raise AlreadyExistsException("Database already exists.")
            new = CatalogDatabase(name, definition, self._database.now())
            connection.execute(insert(db.catalog_databases).values(**vars(new)))
            put_tags(connection, database_resource(name), tags or {})
        return new

    def database(self, name: str) -> CatalogDatabase:
        """The database of that name, else EntityNotFoundException."""
        with self._database.reading() as connection:
            return _get_database(connection, name.lower())

    def databases(self, after: PageKey | None = None, limit: int = 100) -> Page[CatalogDatabase]:
        """The databases by name."""
        order = Order([db.catalog_databases.c.name])
        with self._database.reading() as connection:
            query = select(db.catalog_databases)
            return read_page(connection, query, order, after, limit, _database)

    def delete_database(self, name: str) -> None:
        """Remove a database with its tables and tags, else EntityNotFoundException."""
        name = name.lower()
        with self._database.exclusive() as connection:
            _get_database(connection, name)
            databases = db.catalog_databases
            connection.execute(delete(databases).where(databases.c.name == name))
            of_database = db.tags.c.resource == database_resource(name)
            connection.execute(delete(db.tags).where(of_database))

    def add_table(
        self, database_name: str, name: str, definition: Mapping[str, Any]
    ) -> CatalogTable:
        """
        A new table.

        Raises:
            EntityNotFoundException: No such database.
            AlreadyExistsException: The name is taken.
        """
        database_name, name = database_name.lower(), name.lower()
        with self._database.exclusive() as connection:
            _get_database(connection, database_name)
            if _find_table(connection, database_name, name) is not None:
                raise AlreadyExistsException("Table already exists.")
            now = self._database.now()
            new = CatalogTable(database_name, name, definition, 0, now, now)
            connection.execute(insert(db.catalog_tables).values(**vars(new)))
        return new

    def update_table(self, database_name: str, name: str, definition: Mapping[str, Any]) -> None:
        """Replace a table's definition, else EntityNotFoundException."""
        database_name, name = database_name.lower(), name.lower()
        with self._database.exclusive() as connection:
            old = _get_table(connection, database_name, name)
            row = _table_row(update(db.catalog_tables), database_name, name)
            connection.execute(
                row.values(
                    definition=definition,
                    version=old.version + 1,
                    updated_on=self._database.now(),
                )
            )

    def table(self, database_name: str, name: str) -> CatalogTable:
        """The table of that name, else EntityNotFoundException."""
        with self._database.reading() as connection:
            return _get_table(connection, database_name.lower(), name.lower())

    def tables(
        self,
        database_name: str,
        after: PageKey | None = None,
        limit: int = 100,
        expression: str | None = None,
    ) -> Page[CatalogTable]:
        """
        The tables of a database by name; with an expression, those whose whole name it matches.

        Raises:
            EntityNotFoundException: No such database.
            InvalidInputException: The expression is no regular expression.
        """
        database_name = database_name.lower()
        columns = db.catalog_tables.c
        query = select(db.catalog_tables).where(columns.database_name == database_name)
        with self._database.reading() as connection:
            _get_database(connection, database_name)
            if expression is not None:
                query = query.where(columns.name.in_(_matching(connection, query, expression)))
            return read_page(connection, query, Order([columns.name]), after, limit, _table)

    def delete_table(self, database_name: str, name: str) -> None:
        """Remove a table, else EntityNotFoundException; its files are left alone."""
        database_name, name = database_name.lower(), name.lower()
        with self._database.exclusive() as connection:
            _get_table(connection, database_name, name)
            connection.execute(_table_row(delete(db.catalog_tables), database_name, name))


def _table_row(statement: Any, database_name: str, name: str) -> Any:
    columns = db.catalog_tables.c
    return statement.where(columns.database_name == database_name, columns.name == name)


def _find_database(connection: Connection, name: str) -> CatalogDatabase | None:
    query = select(db.catalog_databases).where(db.catalog_databases.c.name == name)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else _database(row)


def _get_database(connection: Connection, name: str) -> CatalogDatabase:
    found = _find_database(connection, name)
    if found is None:
        raise EntityNotFoundException(f"Database {name} not found.")
    return found


def _find_table(connection: Connection, database_name: str, name: str) -> CatalogTable | None:
    query = _table_row(select(db.catalog_tables), database_name, name)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else _table(row)


def _get_table(connection: Connection, database_name: str, name: str) -> CatalogTable:
    _get_database(connection, database_name)
    found = _find_table(connection, database_name, name)
    if found is None:
        raise EntityNotFoundException(f"Table {name} not found.")
    return found


def _matching(connection: Connection, query: Select[Any], expression: str) -> list[str]:
    """The names, of the tables that `query` finds, that an expression matches."""
    # Here, as it takes longer to load than most commands take.
    import pyarrow as pa
    import pyarrow.compute as pc

    names = connection.execute(query.with_only_columns(db.catalog_tables.c.name)).scalars().all()
    # "*" alone is Hive's way to say all.
    pattern = ".*" if expression == "*" else expression
    try:
        # Arrow's RE2 takes time linear in the name; Python's `re` could be kept busy for ever.
        matches = pc.match_substring_regex(
            pa.array(names, pa.string()), f"^(?:{pattern})$", ignore_case=True
        )
    except pa.ArrowInvalid as error:
        raise InvalidInputException(f"Invalid expression {expression}: {error}.") from error
    return [name for name, matched in zip(names, matches.to_pylist(), strict=True) if matched]


def _database(row: RowMapping) -> CatalogDatabase:
    return CatalogDatabase(**row)


def _table(row: RowMapping) -> CatalogTable:
    return CatalogTable(**row)
