"""Finished runs: the task runs of a transform that ended since a sensor last looked."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from glueml_dagster.status import ACTIVE

__all__ = ["FinishedRuns", "finished_since"]

TaskRun = dict[str, Any]


@dataclass(frozen=True)
class FinishedRuns:
    """
    What ended since the cursor was written, and the next cursor.

    A cursor is the ids of all ended runs, not a time: a long run that began early may end late.
    """

    new: list[TaskRun]
    cursor: str


def finished_since(cursor: str | None, glue: Any, transform_id: str) -> FinishedRuns:
    """The ended task runs that a cursor does not know, in the order they ended."""
    known = set(json.loads(cursor)) if cursor else set()
    ended = [run for run in _task_runs(glue, transform_id) if run["Status"] not in ACTIVE]
    new = [run for run in ended if run["TaskRunId"] not in known]
    new.sort(key=lambda run: run["CompletedOn"])
    return FinishedRuns(new, json.dumps(sorted(run["TaskRunId"] for run in ended)))


def _task_runs(glue: Any, transform_id: str) -> Iterable[TaskRun]:
    """Every task run, page by page: botocore has no paginator for them."""
    request: dict[str, Any] = {"TransformId": transform_id}
    while True:
        page = glue.get_ml_task_runs(**request)
        yield from page["TaskRuns"]
        if not page.get("NextToken"):
            return
        request["NextToken"] = page["NextToken"]
