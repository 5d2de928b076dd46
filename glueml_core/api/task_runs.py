"""Task runs: start one, get one, list them, cancel one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from glueml_core.api.paging import MAX_PAGE, decode_token, encode_token
from glueml_core.api.views import task_run_view
from glueml_core.store import TaskRunFilter, TaskRunQuota

if TYPE_CHECKING:
    from collections.abc import Mapping

    from glueml_core.api.core import Core
    from glueml_core.store import TaskType

__all__ = ["cancel_ml_task_run", "get_ml_task_run", "get_ml_task_runs"]


def get_ml_task_run(core: Core, *, transform_id: str, task_run_id: str) -> dict[str, Any]:
    """One run of a transform's tasks."""
    core.store.transforms.get(transform_id)
    return task_run_view(core.store.task_runs.get_of(transform_id, task_run_id))


def get_ml_task_runs(
    core: Core,
    *,
    transform_id: str,
    next_token: str | None = None,
    max_results: int = MAX_PAGE,
    filter: Mapping[str, Any] | None = None,  # noqa: A002 (the API's name)
    sort: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The runs of a transform's tasks that meet a filter, the newest first if nothing is asked."""
    core.store.transforms.get(transform_id)
    given = filter or {}
    order = sort or {"Column": "STARTED", "SortDirection": "DESCENDING"}
    listed = ("task runs", transform_id, given, order)
    page = core.store.task_runs.find(
        transform_id,
        TaskRunFilter(
            task_type=given.get("TaskRunType"),
            status=given.get("Status"),
            started_before=given.get("StartedBefore"),
            started_after=given.get("StartedAfter"),
        ),
        sort=order["Column"],
        descending=order["SortDirection"] == "DESCENDING",
        after=decode_token(next_token, *listed),
        limit=max_results,
    )
    token = encode_token(page.next_key, *listed)
    return {"TaskRuns": [task_run_view(run) for run in page.rows], "NextToken": token}


def cancel_ml_task_run(core: Core, *, transform_id: str, task_run_id: str) -> dict[str, str]:
    """Stop a run; one that has ended keeps its status, and answers it."""
    core.store.transforms.get(transform_id)
    run = core.store.task_runs.get_of(transform_id, task_run_id)
    if run.is_active:
        core.stop(run)

    now = core.store.task_runs.get(task_run_id)
    # A run goes with its transform, which may just have been deleted.
    status = "STOPPED" if now is None else now.status
    return {"TransformId": transform_id, "TaskRunId": task_run_id, "Status": status}


def start_task_run(
    core: Core,
    transform_id: str,
    task_type: TaskType,
    properties: Mapping[str, Any] | None = None,
    quota: TaskRunQuota | None = None,
    details: Mapping[str, Any] | None = None,
) -> dict[str, str]:
    """Queue a run and answer its id."""
    run = core.store.task_runs.add(
        transform_id, task_type, properties, details=details, quota=quota or TaskRunQuota()
    )
    try:
        core.runner.submit(run)
    except OSError as error:
        # The run is on record, so an error now would make the client send it a second time.
        reason = f"The task run could not be started: {error}."
        core.store.task_runs.transition(run.id, "STARTING", "FAILED", error_string=reason)
    return {"TaskRunId": run.id}
