"""How much of everything a store holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from glueml_core.store import schema as db

if TYPE_CHECKING:
    from glueml_core.store.database import Database

__all__ = ["Census", "take_census"]


@dataclass(frozen=True)
class Census:
    """Transforms by status; task runs by task type and status. Zeros are left out."""

    transforms: Mapping[str, int]
    task_runs: Mapping[tuple[str, str], int]


def take_census(database: Database) -> Census:
    """Count what `database` holds at this moment."""
    status = db.transforms.c.status
    run_type, run_status = db.task_runs.c.task_type, db.task_runs.c.status
    with database.reading() as connection:
        transforms = connection.execute(select(status, func.count()).group_by(status))
        runs = connection.execute(
            select(run_type, run_status, func.count()).group_by(run_type, run_status)
        )
        return Census(
            transforms={row[0]: row[1] for row in transforms},
            task_runs={(row[0], row[1]): row[2] for row in runs},
        )
