"""The matchers: what transforms have learned, as text that every server of the store can load."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from glueml_core.errors import ConcurrentModificationException
from glueml_core.store import schema as db
from glueml_core.store.transforms import touch

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from glueml_core.store.database import Database
    from glueml_core.store.transforms import Transforms

__all__ = ["Matcher", "Matchers"]


@dataclass(frozen=True)
class Matcher:
    """What a transform learned from `label_count` labels; `version` counts from 1."""

    transform_id: str
    version: int
    text: str
    label_count: int
    task_run_id: str | None
    created_on: datetime


class Matchers:
    """The present matcher of each transform of one store."""

    def __init__(self, database: Database, transforms: Transforms) -> None:
        self._database = database
        self._transforms = transforms

    def get(self, transform_id: str) -> Matcher | None:
        """The transform's matcher, or None while it has not been taught."""
        query = select(db.matchers).where(db.matchers.c.transform_id == transform_id)
        with self._database.reading() as connection:
            row = connection.execute(query).mappings().one_or_none()
        # A withdrawn matcher leaves its version behind, without a text.
        return None if row is None or not row["text"] else Matcher(**row)

    def version(self, transform_id: str) -> int:
        """
        The version to hand to `publish` or `withdraw`; 0 before the first.

        To be read before the labels are: then nobody can publish what was learned from older ones.
        """
        with self._database.reading() as connection:
            return _version(connection, transform_id)

    def publish(
        self,
        transform_id: str,
        text: str,
        *,
        expected_version: int,
        label_count: int,
        task_run_id: str | None = None,
    ) -> Matcher:
        """
        Make `text` the transform's matcher, and the transform READY.

        Raises:
            ConcurrentModificationException: Another one was published since `expected_version`.
            EntityNotFoundException: No such transform, or it is being deleted.
        """
        with self._database.exclusive() as connection:
            self._transforms.check_living(connection, transform_id)
            _check_version(connection, transform_id, expected_version)
            now = self._database.now()
            version = expected_version + 1
            matcher = Matcher(transform_id, version, text, label_count, task_run_id, now)
            _put(connection, matcher)
            touch(connection, transform_id, now, status="READY")
            return matcher

    def withdraw(self, transform_id: str, *, expected_version: int) -> None:
        """
        Take the matcher away, as when no labels are left to learn from: NOT_READY, no metrics.

        Raises:
            ConcurrentModificationException: Another one was published since `expected_version`.
            EntityNotFoundException: No such transform, or it is being deleted.
        """
        with self._database.exclusive() as connection:
            self._transforms.check_living(connection, transform_id)
            _check_version(connection, transform_id, expected_version)
            now = self._database.now()
            # The row stays, so that versions go on counting.
            _put(connection, Matcher(transform_id, expected_version + 1, "", 0, None, now))
            touch(
                connection,
                transform_id,
                now,
                status="NOT_READY",
                evaluation_metrics=None,
                evaluation_detail=None,
            )


def _version(connection: Connection, transform_id: str) -> int:
    query = select(db.matchers.c.version).where(db.matchers.c.transform_id == transform_id)
    return connection.execute(query).scalar() or 0


def _check_version(connection: Connection, transform_id: str, expected_version: int) -> None:
    if _version(connection, transform_id) != expected_version:
        raise ConcurrentModificationException(
            f"The ML Transform model for transform id {transform_id} is stale or being updated by "
            "another process; Please retry."
        )


def _put(connection: Connection, matcher: Matcher) -> None:
    of_transform = db.matchers.c.transform_id == matcher.transform_id
    values = vars(matcher)
    if connection.execute(update(db.matchers).where(of_transform).values(**values)).rowcount == 0:
        connection.execute(insert(db.matchers).values(**values))
