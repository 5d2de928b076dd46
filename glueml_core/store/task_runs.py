"""The task runs: their states, who works on them, and how many may be active."""

from __future__ import annotations

import operator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select, update

from glueml_core.errors import ConcurrentRunsExceededException, EntityNotFoundException
from glueml_core.store import schema as db
from glueml_core.store.paging import Order, Page, PageKey, read_page
from glueml_core.store.task_run import (
    ACTIVE_STATUSES,
    EVERY_TASK_RUN,
    NEXT_STATUSES,
    NO_QUOTA,
    Owner,
    TaskRun,
    TaskRunFilter,
    TaskRunQuota,
    job_properties,
)
from glueml_core.store.transforms import purge_if_idle

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from sqlalchemy import Column, ColumnElement, Connection, RowMapping

    from glueml_core.store.database import Database
    from glueml_core.store.task_run import TaskStatus, TaskType
    from glueml_core.store.transforms import Transforms

__all__ = ["TaskRuns"]

_SORT_COLUMNS: dict[str, Column[Any]] = {
    "TASK_RUN_TYPE": db.task_runs.c.task_type,
    "STATUS": db.task_runs.c.status,
    "STARTED": db.task_runs.c.started_on,
}


class TaskRuns:
    """The task runs of one store."""

    def __init__(self, database: Database, transforms: Transforms, account_id: str) -> None:
        self._database = database
        self._transforms = transforms
        self._account_id = account_id

    def add(
        self,
        transform_id: str,
        task_type: TaskType,
        properties: Mapping[str, Any] | None = None,
        *,
        details: Mapping[str, Any] | None = None,
        quota: TaskRunQuota = NO_QUOTA,
    ) -> TaskRun:
        """
        A new run in STARTING.

        Raises:
            EntityNotFoundException: No such transform, or it is being deleted.
            ConcurrentRunsExceededException: The run would be one too many.
        """
        with self._database.exclusive() as connection:
            self._transforms.check_living(connection, transform_id)
            _check_quota(connection, transform_id, quota)
            run = self._new_run(transform_id, task_type, properties or {}, details or {})
            connection.execute(insert(db.task_runs).values(**asdict(run)))
        return run

    def get(self, run_id: str) -> TaskRun | None:
        """The run of that id, or None."""
        with self._database.reading() as connection:
            return _find(connection, run_id)

    def get_of(self, transform_id: str, run_id: str) -> TaskRun:
        """The run of that id and transform, else EntityNotFoundException."""
        run = self.get(run_id)
        if run is None or run.transform_id != transform_id:
            raise EntityNotFoundException.task_run(self._account_id, transform_id, run_id)
        return run

    def find(
        self,
        transform_id: str,
        criteria: TaskRunFilter = EVERY_TASK_RUN,
        *,
        sort: str = "STARTED",
        descending: bool = True,
        after: PageKey | None = None,
        limit: int = 1000,
    ) -> Page[TaskRun]:
        """A transform's runs, sorted by a column of TaskRunSortCriteria, then by start."""
        of_transform = db.task_runs.c.transform_id == transform_id
        query = select(db.task_runs).where(of_transform, *_conditions(criteria))
        columns = [_SORT_COLUMNS[sort], db.task_runs.c.started_on, db.task_runs.c.id]
        order = Order(list(dict.fromkeys(columns)), descending)
        with self._database.reading() as connection:
            return read_page(connection, query, order, after, limit, _task_run)

    def ids(self, transform_id: str) -> list[str]:
        """The ids of all runs of a transform."""
        query = select(db.task_runs.c.id).where(db.task_runs.c.transform_id == transform_id)
        with self._database.reading() as connection:
            return list(connection.execute(query).scalars())

    def active(self, transform_id: str | None = None) -> list[TaskRun]:
        """The runs that have not ended, oldest first; of one transform or of all."""
        columns = db.task_runs.c
        query = select(db.task_runs).where(columns.status.in_(ACTIVE_STATUSES))
        if transform_id is not None:
            query = query.where(columns.transform_id == transform_id)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(columns.started_on, columns.id)).mappings()
            return [_task_run(row) for row in rows]

    def transition(
        self,
        run_id: str,
        from_: TaskStatus | tuple[TaskStatus, ...],
        to: TaskStatus,
        *,
        expecting: Mapping[str, Any] | None = None,
        **changes: Any,
    ) -> bool:
        """
        Compare and set: move a run from one status to another, with other columns, or do nothing.

        CompletedOn, ExecutionTime and `running_since` follow the status by themselves. When the
        last active run of a DELETING transform ends, the transform goes, and the run with it.

        Args:
            run_id: The run.
            from_: The status, or one of the statuses, that the run must be in.
            to: The status it shall have.
            expecting: Values that further columns must have, such as `{"attempt": 1}`.
            changes: Columns to write with it.

        Returns:
            Whether it was done; False where the run is gone, elsewhere, or has ended.
        """
        allowed = (from_,) if isinstance(from_, str) else from_
        with self._database.exclusive() as connection:
            run = _find(connection, run_id)
            if (
                run is None
                or run.status not in allowed
                or to not in NEXT_STATUSES.get(run.status, ())
            ):
                return False
            if any(getattr(run, name) != value for name, value in (expecting or {}).items()):
                return False

            now = self._database.now()
            _write(connection, run, {**_consequences(run, to, now), **changes, "status": to})
            if to not in ACTIVE_STATUSES:
                purge_if_idle(connection, run.transform_id)
            return True

    def report(self, run_id: str, owner: Owner, **changes: Any) -> bool:
        """
        Write what a run's owner knows of it (`progress`, `output`, …), as a heartbeat.

        Returns:
            Whether `owner` still owns the run, and it has not ended.
        """
        with self._database.exclusive() as connection:
            run = _find(connection, run_id)
            if run is None or not run.is_active or run.owner != owner:
                return False
            now = self._database.now()
            _write(connection, run, {**changes, "heartbeat_on": now, "last_modified_on": now})
            return True

    def claim(self, run_id: str, owner: Owner, *, from_owner: Owner | None = None) -> bool:
        """Make `owner` the owner of an active run that `from_owner` has; only one claimer wins."""
        with self._database.exclusive() as connection:
            run = _find(connection, run_id)
            if run is None or not run.is_active or run.owner != from_owner:
                return False
            now = self._database.now()
            _write(connection, run, {"owner": owner, "heartbeat_on": now})
            return True

    def tie(self, run_id: str, *, job_name: str, job_run_id: str) -> None:
        """Write which job run follows a task run, whether or not that has ended."""
        with self._database.exclusive() as connection:
            run = _find(connection, run_id)
            if run is not None:
                job = job_properties(job_name, job_run_id)
                _write(connection, run, {"details": {**run.details, "job": job}})

    def _new_run(
        self,
        transform_id: str,
        task_type: TaskType,
        properties: Mapping[str, Any],
        details: Mapping[str, Any],
    ) -> TaskRun:
        now = self._database.now()
        return TaskRun(
            id=self._database.new_id("tsk"),
            transform_id=transform_id,
            task_type=task_type,
            status="STARTING",
            properties=properties,
            error_string=None,
            log_group_name=None,
            started_on=now,
            last_modified_on=now,
            completed_on=None,
            running_since=None,
            execution_time_s=0,
            attempt=0,
            progress=0.0,
            progress_text=None,
            output=None,
            owner=None,
            heartbeat_on=None,
            details=details,
        )


def _check_quota(connection: Connection, transform_id: str, quota: TaskRunQuota) -> None:
    active = select(func.count()).select_from(db.task_runs)
    active = active.where(db.task_runs.c.status.in_(ACTIVE_STATUSES))
    of_transform = active.where(db.task_runs.c.transform_id == transform_id)

    count = connection.execute(of_transform).scalar_one() + 1
    if quota.per_transform is not None and count > quota.per_transform:
        raise ConcurrentRunsExceededException.of_transform(count, quota.per_transform)
    count = connection.execute(active).scalar_one() + 1
    if quota.per_account is not None and count > quota.per_account:
        raise ConcurrentRunsExceededException.of_account(count, quota.per_account)


def _find(connection: Connection, run_id: str) -> TaskRun | None:
    query = select(db.task_runs).where(db.task_runs.c.id == run_id)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else _task_run(row)


def _task_run(row: RowMapping) -> TaskRun:
    owner = row["owner"]
    return TaskRun(**{**row, "owner": None if owner is None else Owner(**owner)})


def _write(connection: Connection, run: TaskRun, changes: Mapping[str, Any]) -> None:
    values = dict(changes)
    if isinstance(values.get("owner"), Owner):
        values["owner"] = asdict(values["owner"])
    connection.execute(update(db.task_runs).where(db.task_runs.c.id == run.id).values(**values))


def _consequences(run: TaskRun, to: TaskStatus, now: datetime) -> dict[str, Any]:
    """What a change of status says of the run's times."""
    changes: dict[str, Any] = {"last_modified_on": now}
    if to == "RUNNING":
        changes["running_since"] = now
    elif to != "STOPPING" and run.running_since is not None:
        spent = now - run.running_since
        changes["execution_time_s"] = run.execution_time_s + round(spent.total_seconds())
        changes["running_since"] = None
    if to not in ACTIVE_STATUSES:
        changes["completed_on"] = now
    return changes


def _conditions(criteria: TaskRunFilter) -> list[ColumnElement[bool]]:
    columns = db.task_runs.c
    tests: list[tuple[Column[Any], Callable[[Any, Any], Any], object]] = [
        (columns.task_type, operator.eq, criteria.task_type),
        (columns.status, operator.eq, criteria.status),
        (columns.started_on, operator.lt, criteria.started_before),
        (columns.started_on, operator.gt, criteria.started_after),
    ]
    return [compare(column, value) for column, compare, value in tests if value is not None]
