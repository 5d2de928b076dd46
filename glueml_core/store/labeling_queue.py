"""The labeling queue: sets that wait for a person's answers, and the answers so far."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import exists, func, insert, select, update

from glueml_core.errors import ConcurrentModificationException, EntityNotFoundException
from glueml_core.store import schema as db

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, RowMapping

    from glueml_core.store.database import Database
    from glueml_core.store.transforms import Transforms

__all__ = ["LEASE", "LabelingQueue", "QueuedSet", "QueuedSetStatus"]

# A set whose person has not been heard of for this long goes to the next one, answers and all.
LEASE = timedelta(minutes=10)

QueuedSetStatus = Literal["OPEN", "ANSWERED", "SENT"]


@dataclass(frozen=True, kw_only=True)
class QueuedSet:
    """
    A labeling set in the queue.

    `rows` hold the source's columns in their order; `answers` has for each row a label, "?" where
    the person is not sure, or "". `version` counts the changes. A SENT set has been handed to the
    import that `task_run_id` names.
    """

    transform_id: str
    labeling_set_id: str
    is_correction: bool
    rows: Sequence[Mapping[str, Any]]
    answers: Sequence[str]
    status: QueuedSetStatus
    version: int
    person: str | None
    leased_until: datetime | None
    task_run_id: str | None


class LabelingQueue:
    """The queues of one store's transforms; a set is leased to one person at a time."""

    def __init__(self, database: Database, transforms: Transforms) -> None:
        self._database = database
        self._transforms = transforms

    def add(
        self,
        transform_id: str,
        sets: Mapping[str, Sequence[Mapping[str, Any]]],
        *,
        is_correction: bool = False,
    ) -> None:
        """
        Queue sets, given as rows by labeling set id; one that is there already stays as it is.

        Corrections come before all other sets.

        Raises:
            EntityNotFoundException: No such transform, or it is being deleted.
        """
        columns = db.labeling_queue.c
        with self._database.exclusive() as connection:
            self._transforms.check_living(connection, transform_id)
            of_transform = columns.transform_id == transform_id
            queued = select(columns.labeling_set_id).where(of_transform)
            known = set(connection.execute(queued).scalars())
            highest = select(func.coalesce(func.max(columns.position), 0)).where(of_transform)
            start = connection.execute(highest).scalar_one() + 1
            fresh = {name: rows for name, rows in sets.items() if name not in known}
            for position, (name, rows) in enumerate(fresh.items(), start):
                row = _new_row(transform_id, name, rows, position, is_correction)
                connection.execute(insert(db.labeling_queue).values(row))

    def unqueued_runs(self, transform_id: str) -> list[str]:
        """The runs that generated sets which are neither in the queue nor labeled, oldest first."""
        sets = db.generated_sets.c
        query = (
            select(sets.task_run_id)
            .where(
                sets.transform_id == transform_id,
                ~_is_labeled(sets.transform_id, sets.labeling_set_id),
                ~_is_queued(sets.transform_id, sets.labeling_set_id),
            )
            .group_by(sets.task_run_id)
            .order_by(func.min(sets.generated_on))
        )
        with self._database.reading() as connection:
            return list(connection.execute(query).scalars())

    def find(self, transform_id: str) -> list[QueuedSet]:
        """The sets of this round, in the order they are handed out: all that are not SENT."""
        with self._database.reading() as connection:
            return [_queued_set(row) for row in _round(connection, transform_id)]

    def get(self, transform_id: str, labeling_set_id: str) -> QueuedSet:
        """One set, else EntityNotFoundException."""
        with self._database.reading() as connection:
            return _find(connection, transform_id, labeling_set_id)

    def lease_next(self, transform_id: str, person: str) -> QueuedSet | None:
        """The set that `person` is at, else the first that nobody is; None where all are taken."""
        with self._database.exclusive() as connection:
            now = self._database.now()
            waiting = [
                queued
                for queued in map(_queued_set, _round(connection, transform_id))
                if queued.status == "OPEN" and _is_free(queued, person, now)
            ]
            if not waiting:
                return None
            chosen = min(waiting, key=lambda queued: queued.person != person)
            _write(connection, chosen, person=person, leased_until=now + LEASE)
            return chosen

    def lease(self, transform_id: str, labeling_set_id: str, person: str) -> QueuedSet:
        """
        That set for `person`, now or for longer.

        Raises:
            EntityNotFoundException: It is not in the queue.
            ConcurrentModificationException: Somebody else is at it.
        """
        with self._database.exclusive() as connection:
            queued = _find(connection, transform_id, labeling_set_id)
            now = self._database.now()
            if not _is_free(queued, person, now):
                raise ConcurrentModificationException("Somebody else is labeling this set.")
            _write(connection, queued, person=person, leased_until=now + LEASE)
            return queued

    def save(
        self,
        transform_id: str,
        labeling_set_id: str,
        person: str,
        *,
        version: int,
        answers: Sequence[str],
        is_done: bool,
    ) -> QueuedSet:
        """
        Keep the answers of the person who holds the set; once done, others may take it up again.

        Raises:
            EntityNotFoundException: It is not in the queue.
            ConcurrentModificationException: Somebody else has it now, or it has changed since
                `version`, in another tab of the same person.
        """
        with self._database.exclusive() as connection:
            queued = _find(connection, transform_id, labeling_set_id)
            if queued.person != person or queued.version != version:
                raise ConcurrentModificationException("This set has been changed meanwhile.")
            now = self._database.now()
            _write(
                connection,
                queued,
                answers=list(answers),
                status="ANSWERED" if is_done else "OPEN",
                version=version + 1,
                leased_until=now if is_done else now + LEASE,
            )
            return _find(connection, transform_id, labeling_set_id)

    def mark_sent(self, sets: Sequence[QueuedSet], task_run_id: str) -> None:
        """Note which import took the sets; one that was changed since it was read is left alone."""
        with self._database.exclusive() as connection:
            for queued in sets:
                now = _find(connection, queued.transform_id, queued.labeling_set_id)
                if (now.version, now.status) == (queued.version, "ANSWERED"):
                    _write(connection, queued, status="SENT", task_run_id=task_run_id)

    def take_back_failed(self, transform_id: str) -> None:
        """Make the sets ANSWERED again whose import came to nothing."""
        columns, runs = db.labeling_queue.c, db.task_runs.c
        failed = exists().where(
            runs.id == columns.task_run_id, runs.status.in_(("FAILED", "STOPPED", "TIMEOUT"))
        )
        row = update(db.labeling_queue).where(
            columns.transform_id == transform_id, columns.status == "SENT", failed
        )
        with self._database.exclusive() as connection:
            connection.execute(row.values(status="ANSWERED", task_run_id=None))


def _new_row(
    transform_id: str,
    labeling_set_id: str,
    rows: Sequence[Mapping[str, Any]],
    position: int,
    is_correction: bool,
) -> dict[str, Any]:
    return {
        "transform_id": transform_id,
        "labeling_set_id": labeling_set_id,
        "position": position,
        "is_correction": is_correction,
        "rows": [dict(row) for row in rows],
        "answers": [""] * len(rows),
        "status": "OPEN",
        "version": 0,
    }


def _round(connection: Connection, transform_id: str) -> Sequence[RowMapping]:
    columns = db.labeling_queue.c
    # Somebody may have answered the set in a file while it waited here untouched.
    answered_elsewhere = (columns.version == 0) & _is_labeled(
        columns.transform_id, columns.labeling_set_id
    )
    query = (
        select(db.labeling_queue)
        .where(columns.transform_id == transform_id, columns.status != "SENT", ~answered_elsewhere)
        .order_by(columns.is_correction.desc(), columns.position)
    )
    return connection.execute(query).mappings().all()


def _find(connection: Connection, transform_id: str, labeling_set_id: str) -> QueuedSet:
    columns = db.labeling_queue.c
    query = select(db.labeling_queue).where(
        columns.transform_id == transform_id, columns.labeling_set_id == labeling_set_id
    )
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise EntityNotFoundException(
            f"There is no labeling set {labeling_set_id} to answer for transform {transform_id}."
        )
    return _queued_set(row)


def _write(connection: Connection, queued: QueuedSet, **changes: Any) -> None:
    columns = db.labeling_queue.c
    row = update(db.labeling_queue).where(
        columns.transform_id == queued.transform_id,
        columns.labeling_set_id == queued.labeling_set_id,
    )
    connection.execute(row.values(**changes))


def _is_free(queued: QueuedSet, person: str, now: datetime) -> bool:
    if queued.person in {None, person} or queued.leased_until is None:
        return True
    return queued.leased_until <= now


def _is_labeled(transform_id: ColumnElement[str], set_id: ColumnElement[str]) -> Any:
    rows = db.label_rows.c
    return exists().where(rows.transform_id == transform_id, rows.labeling_set_id == set_id)


def _is_queued(transform_id: ColumnElement[str], set_id: ColumnElement[str]) -> Any:
    queue = db.labeling_queue.c
    return exists().where(queue.transform_id == transform_id, queue.labeling_set_id == set_id)


def _queued_set(row: RowMapping) -> QueuedSet:
    return QueuedSet(**{name: value for name, value in row.items() if name != "position"})
