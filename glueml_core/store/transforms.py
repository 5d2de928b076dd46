"""The ML transforms of a store: added once, listed, changed, deleted."""

from __future__ import annotations

import operator
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, exists, func, insert, select, update

from glueml_core.errors import (
    AlreadyExistsException,
    EntityNotFoundException,
    IdempotentParameterMismatchException,
    InvalidInputException,
    ResourceNumberLimitExceededException,
)
from glueml_core.store import schema as db
from glueml_core.store.paging import Order, Page, PageKey, read_page
from glueml_core.store.tags import put_tags, transform_resource
from glueml_core.store.transform import MLTransform, TransformFilter, TransformSpec, schema_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from sqlalchemy import Column, ColumnElement, Connection, RowMapping

    from glueml_core.store.database import Database

__all__ = ["Transforms"]

_SORT_COLUMNS: dict[str, Column[Any]] = {
    "NAME": db.transforms.c.name,
    "TRANSFORM_TYPE": db.transforms.c.transform_type,
    "STATUS": db.transforms.c.status,
    "CREATED": db.transforms.c.created_on,
    "LAST_MODIFIED": db.transforms.c.last_modified_on,
}


class Transforms:
    """The transforms of one store."""

    def __init__(self, database: Database, account_id: str) -> None:
        self._database = database
        self._account_id = account_id

    def get(self, transform_id: str) -> MLTransform:
        """The transform of that id, one being deleted included; else EntityNotFoundException."""
        query = select(db.transforms).where(db.transforms.c.id == transform_id)
        with self._database.reading() as connection:
            row = connection.execute(query).mappings().one_or_none()
        if row is None:
            raise EntityNotFoundException.transform(self._account_id, transform_id)
        return _transform(row)

    def find(
        self,
        criteria: TransformFilter,
        *,
        sort: str = "CREATED",
        descending: bool = False,
        after: PageKey | None = None,
        limit: int = 1000,
    ) -> Page[MLTransform]:
        """Transforms that meet `criteria`, by a column of TransformSortCriteria, then by age."""
        query = select(db.transforms).where(*_conditions(criteria))
        columns = [_SORT_COLUMNS[sort], db.transforms.c.created_on, db.transforms.c.id]
        order = Order(list(dict.fromkeys(columns)), descending)
        with self._database.reading() as connection:
            return read_page(connection, query, order, after, limit, _transform)

    def add(self, spec: TransformSpec, tags: Mapping[str, str], max_transforms: int) -> MLTransform:
        """
        A new transform, or the one that this very request has made before.

        A client that gets no answer sends the same create again, so the same name with the same
        parameters is the same request.

        Raises:
            IdempotentParameterMismatchException: The name is taken by a transform that was made
                with other parameters and not touched since.
            AlreadyExistsException: The name is taken by one that has lived since.
            ResourceNumberLimitExceededException: There are `max_transforms` already.
        """
        fingerprint = spec.fingerprint(tags)
        with self._database.exclusive() as connection:
            same_name = _living(connection, spec.name)
            if same_name is not None:
                return _same_request(same_name, fingerprint)

            count = _living_count(connection) + 1
            if count > max_transforms:
                raise ResourceNumberLimitExceededException(
                    f"ML Transforms count ({count}) has exceeded the limit of "
                    f"{max_transforms} transforms."
                )
            return self._insert(connection, spec, fingerprint, tags)

    def update(self, transform_id: str, **changes: Any) -> MLTransform:
        """
        Change columns of a living transform; LastModifiedOn moves.

        Raises:
            EntityNotFoundException: There is none, or it is being deleted.
            InvalidInputException: Another transform has the new name.
        """
        with self._database.exclusive() as connection:
            self.check_living(connection, transform_id)
            if "name" in changes:
                _check_name_is_free(connection, transform_id, changes["name"])
            touch(connection, transform_id, self._database.now(), **changes)
        return self.get(transform_id)

    def start_deleting(self, transform_id: str) -> None:
        """Mark a transform DELETING: its name is free again and no run may start on it."""
        row_of = db.transforms.c.id == transform_id
        with self._database.exclusive() as connection:
            now = self._database.now()
            deleting = update(db.transforms).where(row_of)
            done = connection.execute(deleting.values(status="DELETING", last_modified_on=now))
            if done.rowcount == 0:
                raise EntityNotFoundException.transform_to_delete(self._account_id, transform_id)

    def purge(self, transform_id: str) -> bool:
        """Remove a DELETING transform with all that belongs to it, unless a run of it is active."""
        with self._database.exclusive() as connection:
            return purge_if_idle(connection, transform_id)

    def deleting(self) -> list[str]:
        """Ids of the transforms whose deletion has begun."""
        query = select(db.transforms.c.id).where(db.transforms.c.status == "DELETING")
        with self._database.reading() as connection:
            return list(connection.execute(query).scalars())

    def check_living(self, connection: Connection, transform_id: str) -> None:
        """Raise EntityNotFoundException unless the transform is there and not being deleted."""
        status = connection.execute(
            select(db.transforms.c.status).where(db.transforms.c.id == transform_id)
        ).scalar()
        if status in {None, "DELETING"}:
            raise EntityNotFoundException.transform(self._account_id, transform_id)

    def _insert(
        self,
        connection: Connection,
        spec: TransformSpec,
        fingerprint: str,
        tags: Mapping[str, str],
    ) -> MLTransform:
        now = self._database.now()
        transform = MLTransform(
            **asdict(spec),
            id=self._database.new_id("tfm"),
            status="NOT_READY",
            label_count=0,
            evaluation_metrics=None,
            evaluation_detail=None,
            created_on=now,
            last_modified_on=now,
        )
        derived = {"schema_key": schema_key(spec.schema), "fingerprint": fingerprint}
        connection.execute(insert(db.transforms).values(**asdict(transform), **derived))
        put_tags(connection, transform_resource(transform.id), tags)
        return transform


def touch(connection: Connection, transform_id: str, now: datetime, **changes: Any) -> None:
    """Write columns of a transform together with its LastModifiedOn."""
    row = update(db.transforms).where(db.transforms.c.id == transform_id)
    connection.execute(row.values(**changes, last_modified_on=now))


def purge_if_idle(connection: Connection, transform_id: str) -> bool:
    """Remove the transform if it is DELETING and none of its runs is active; says whether."""
    active = exists().where(
        db.task_runs.c.transform_id == transform_id,
        db.task_runs.c.status.in_(("STARTING", "RUNNING", "STOPPING")),
    )
    idle = delete(db.transforms).where(
        db.transforms.c.id == transform_id, db.transforms.c.status == "DELETING", ~active
    )
    gone = connection.execute(idle).rowcount == 1
    if gone:
        resource = transform_resource(transform_id)
        connection.execute(delete(db.tags).where(db.tags.c.resource == resource))
    return gone


_FIELDS = tuple(field.name for field in fields(MLTransform))


def _transform(row: RowMapping) -> MLTransform:
    return MLTransform(**{name: row[name] for name in _FIELDS})


def _living(connection: Connection, name: str) -> RowMapping | None:
    columns = db.transforms.c
    query = select(db.transforms).where(columns.name == name, columns.status != "DELETING")
    return connection.execute(query).mappings().one_or_none()


def _living_count(connection: Connection) -> int:
    living = db.transforms.c.status != "DELETING"
    query = select(func.count()).select_from(db.transforms).where(living)
    return connection.execute(query).scalar_one()


def _same_request(row: RowMapping, fingerprint: str) -> MLTransform:
    if row["fingerprint"] == fingerprint:
        return _transform(row)
    if row["created_on"] == row["last_modified_on"]:
        raise IdempotentParameterMismatchException(
            f"Idempotent create request for transform {row['name']} had mismatching parameters."
        )
    raise AlreadyExistsException(f"Transform with name {row['name']} already exists.")


def _check_name_is_free(connection: Connection, transform_id: str, name: str) -> None:
    holder = _living(connection, name)
    if holder is not None and holder["id"] != transform_id:
        raise InvalidInputException(f"Another transform with name {name} already exists.")


def _conditions(criteria: TransformFilter) -> list[ColumnElement[bool]]:
    columns = db.transforms.c
    tests: list[tuple[Column[Any], Callable[[Any, Any], Any], object]] = [
        (columns.name, operator.eq, criteria.name),
        (columns.transform_type, operator.eq, criteria.transform_type),
        (columns.status, operator.eq, criteria.status),
        (columns.glue_version, operator.eq, criteria.glue_version),
        (columns.created_on, operator.lt, criteria.created_before),
        (columns.created_on, operator.gt, criteria.created_after),
        (columns.last_modified_on, operator.lt, criteria.last_modified_before),
        (columns.last_modified_on, operator.gt, criteria.last_modified_after),
    ]
    chosen = [compare(column, value) for column, compare, value in tests if value is not None]
    if criteria.schema is not None:
        chosen.append(columns.schema_key == schema_key(criteria.schema))
    return chosen + [_has_tag(key, value) for key, value in (criteria.tags or {}).items()]


def _has_tag(key: str, value: str) -> ColumnElement[bool]:
    tags = db.tags.c
    resource = "mlTransform/" + db.transforms.c.id
    return exists().where(tags.resource == resource, tags.key == key, tags.value == value)
