"""Tags of resources; a resource is named as in its ARN, without region and account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from glueml_core.store import schema as db

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sqlalchemy import Connection

    from glueml_core.store.database import Database

__all__ = ["Tags", "database_resource", "put_tags", "transform_resource"]


def transform_resource(transform_id: str) -> str:
    """The end of a transform's ARN."""
    return f"mlTransform/{transform_id}"


def database_resource(name: str) -> str:
    """The end of a catalog database's ARN."""
    return f"database/{name}"


def put_tags(connection: Connection, resource: str, tags: Mapping[str, str]) -> None:
    """Set each of `tags`, over an older value of its key."""
    if not tags:
        return
    drop_tags(connection, resource, tags)
    rows = [{"resource": resource, "key": key, "value": value} for key, value in tags.items()]
    connection.execute(insert(db.tags), rows)


def drop_tags(connection: Connection, resource: str, keys: Iterable[str]) -> None:
    """Remove the tags with these keys."""
    of_resource = db.tags.c.resource == resource
    connection.execute(delete(db.tags).where(of_resource, db.tags.c.key.in_(list(keys))))


class Tags:
    """The tags of one store's transforms and catalog databases."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, resource: str) -> dict[str, str]:
        """The tags of a resource by key; empty where there are none."""
        with self._database.reading() as connection:
            return read_tags(connection, resource)

    def change(
        self,
        resource: str,
        *,
        put: Mapping[str, str] | None = None,
        drop: Iterable[str] = (),
        check: Callable[[Mapping[str, str]], None] = lambda tags: None,
    ) -> None:
        """Set and remove tags at once; `check` may refuse what would be left by raising."""
        with self._database.exclusive() as connection:
            put_tags(connection, resource, put or {})
            drop_tags(connection, resource, drop)
            check(read_tags(connection, resource))


def read_tags(connection: Connection, resource: str) -> dict[str, str]:
    """The tags of a resource by key."""
    query = select(db.tags.c.key, db.tags.c.value).where(db.tags.c.resource == resource)
    rows = connection.execute(query.order_by(db.tags.c.key))
    return {row.key: row.value for row in rows}
