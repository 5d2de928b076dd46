"""Statuses: what Glue's task runs and Dagster's runs call the same thing."""

from __future__ import annotations

import dagster as dg

__all__ = ["ACTIVE", "dagster_status", "glue_status"]

ACTIVE = frozenset({"STARTING", "RUNNING", "STOPPING"})
"""Statuses of a task run that has not ended."""

_GLUE = {
    dg.DagsterRunStatus.NOT_STARTED: "STARTING",
    dg.DagsterRunStatus.QUEUED: "STARTING",
    dg.DagsterRunStatus.MANAGED: "STARTING",
    dg.DagsterRunStatus.STARTING: "STARTING",
    dg.DagsterRunStatus.STARTED: "RUNNING",
    dg.DagsterRunStatus.CANCELING: "STOPPING",
    dg.DagsterRunStatus.CANCELED: "STOPPED",
    dg.DagsterRunStatus.SUCCESS: "SUCCEEDED",
    dg.DagsterRunStatus.FAILURE: "FAILED",
}

_DAGSTER = {
    "STARTING": dg.DagsterRunStatus.STARTING,
    "RUNNING": dg.DagsterRunStatus.STARTED,
    "STOPPING": dg.DagsterRunStatus.CANCELING,
    "STOPPED": dg.DagsterRunStatus.CANCELED,
    "SUCCEEDED": dg.DagsterRunStatus.SUCCESS,
    "FAILED": dg.DagsterRunStatus.FAILURE,
    "TIMEOUT": dg.DagsterRunStatus.FAILURE,
}


def glue_status(status: dg.DagsterRunStatus) -> str:
    """The TaskRun status of a Dagster run; a timeout is known only to the task run itself."""
    return _GLUE.get(status, "RUNNING")


def dagster_status(status: str) -> dg.DagsterRunStatus:
    """The Dagster status of a task run; a TIMEOUT fails, and its text tells why."""
    return _DAGSTER[status]
