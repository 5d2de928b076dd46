"""A task run: what it is, and which states it may take."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

__all__ = [
    "ACTIVE_STATUSES",
    "EVERY_TASK_RUN",
    "NEXT_STATUSES",
    "NO_QUOTA",
    "Owner",
    "TaskRun",
    "TaskRunFilter",
    "TaskRunQuota",
    "TaskStatus",
    "TaskType",
    "job_properties",
]

TaskStatus = Literal["STARTING", "RUNNING", "STOPPING", "STOPPED", "SUCCEEDED", "FAILED", "TIMEOUT"]
TaskType = Literal[
    "EVALUATION", "LABELING_SET_GENERATION", "IMPORT_LABELS", "EXPORT_LABELS", "FIND_MATCHES"
]

ACTIVE_STATUSES: tuple[TaskStatus, ...] = ("STARTING", "RUNNING", "STOPPING")

# Where a run may go from each status; from a terminal one, nowhere. RUNNING goes back to STARTING
# when a run is tried again.
NEXT_STATUSES: dict[str, frozenset[TaskStatus]] = {
    "STARTING": frozenset({"RUNNING", "STOPPING", "STOPPED", "FAILED", "TIMEOUT"}),
    "RUNNING": frozenset({"STARTING", "STOPPING", "STOPPED", "SUCCEEDED", "FAILED", "TIMEOUT"}),
    "STOPPING": frozenset({"STOPPED"}),
}


def job_properties(job_name: str, job_run_id: str) -> dict[str, str]:
    """A job's run as the API's FindMatchesTaskRunProperties tells it."""
    job_id = hashlib.sha256(job_name.encode()).hexdigest()
    return {"JobId": f"j_{job_id}", "JobName": job_name, "JobRunId": job_run_id}


@dataclass(frozen=True)
class Owner:
    """
    The process that works on a run.

    Args:
        host: Its machine, between two boots.
        pid: Its number there.
        started_on: Clock ticks from the boot to its start; a later process of its number has more.
    """

    host: str
    pid: int
    started_on: int


@dataclass(frozen=True, kw_only=True)
class TaskRun:
    """
    One run of a task of a transform.

    `properties` is the type's own structure in the API's form (`{"OutputS3Path": …}`), empty for an
    evaluation. `output` is what the run made: URIs, counts, metrics. `execution_time_s` adds up all
    finished attempts; `running_since` is when the present one began. `details` is what the API has
    no place for: `etag`, the one version of its file that an import may read, and `job`, the job
    run that follows the task run (`job_properties`).
    """

    id: str
    transform_id: str
    task_type: TaskType
    status: TaskStatus
    properties: Mapping[str, Any]
    error_string: str | None
    log_group_name: str | None
    started_on: datetime
    last_modified_on: datetime
    completed_on: datetime | None
    running_since: datetime | None
    execution_time_s: int
    attempt: int
    progress: float
    progress_text: str | None
    output: Mapping[str, Any] | None
    owner: Owner | None
    heartbeat_on: datetime | None
    details: Mapping[str, Any]

    @property
    def is_active(self) -> bool:
        """Whether the run has not ended."""
        return self.status in ACTIVE_STATUSES


@dataclass(frozen=True, kw_only=True)
class TaskRunFilter:
    """Which runs to list; a run must meet all that is not None."""

    task_type: TaskType | None = None
    status: TaskStatus | None = None
    started_before: datetime | None = None
    started_after: datetime | None = None


@dataclass(frozen=True)
class TaskRunQuota:
    """How many runs may be active at once; None: as many as come."""

    per_transform: int | None = None
    per_account: int | None = None


NO_QUOTA = TaskRunQuota()
EVERY_TASK_RUN = TaskRunFilter()
