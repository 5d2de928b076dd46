"""Task runs: starting one from an asset, following it, and ending as it ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import dagster as dg
from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnectionError

from glueml_core.errors import GlueError
from glueml_dagster.stages import Stage
from glueml_dagster.status import ACTIVE

__all__ = [
    "FollowedRun",
    "TaskRunStopped",
    "cancelling",
    "follow",
    "patience",
    "start_or_resume",
    "task_run_tag",
]

POLL_S = 0.25
STOP_GRACE_S = 30.0
RETRY_S = 15
RETRIES = 240

TaskRun = dict[str, Any]
Context = dg.AssetExecutionContext | dg.OpExecutionContext


class TaskRunStopped(dg.DagsterExecutionInterruptedError):
    """The task run was cancelled through the API, so the Dagster run ends as canceled."""


@dataclass(frozen=True)
class FollowedRun:
    """
    A task run and how to look at it.

    Args:
        glue: A boto3 client.
        transform_id: Whose task run it is.
        task_run_id: The task run.
        progress: How far it is, in words, where that can be known; else an empty text.
    """

    glue: Any
    transform_id: str
    task_run_id: str
    progress: Callable[[str], str] = lambda _: ""

    def get(self) -> TaskRun:
        """The task run as GetMLTaskRun answers it."""
        return dict(
            self.glue.get_ml_task_run(TransformId=self.transform_id, TaskRunId=self.task_run_id)
        )

    def cancel(self) -> None:
        """Ask for a stop, and wait a while until it has happened."""
        self.glue.cancel_ml_task_run(TransformId=self.transform_id, TaskRunId=self.task_run_id)
        deadline = time.monotonic() + STOP_GRACE_S
        while self.get()["Status"] in ACTIVE and time.monotonic() < deadline:
            time.sleep(POLL_S)


def task_run_tag(task_run_id: str, stage: Stage) -> dict[str, str]:
    """The tag of the Dagster run that follows a task run; any run by it can be found again."""
    return {f"glueml/{task_run_id}": stage.value}


@contextmanager
def cancelling(context: Context, run: FollowedRun) -> Iterator[None]:
    """An interrupt of the block, wherever it comes, cancels the task run too."""
    try:
        yield
    except TaskRunStopped:
        raise
    except dg.DagsterExecutionInterruptedError:
        try:
            _cancel(context, run)
        except dg.DagsterExecutionInterruptedError:
            # Who has seen in the instance that a run is to end gets the signal of it besides.
            _cancel(context, run)
        raise


def _cancel(context: Context, run: FollowedRun) -> None:
    context.log.info(f"Cancelling task run {run.task_run_id}.")
    run.cancel()


@contextmanager
def patience() -> Iterator[None]:
    """Where the service cannot be reached, try the step again: its task run goes on meanwhile."""
    try:
        yield
    except (NoConnectionError, HTTPClientError) as error:
        raise dg.RetryRequested(RETRIES, RETRY_S) from error


def start_or_resume(
    context: dg.AssetExecutionContext,
    glue: Any,
    transform_id: str,
    stage: Stage,
    start: Callable[[], str],
    about: Mapping[str, str],
) -> str:
    """
    The task run of this Dagster run: one it started before, if that can still be told, else new.

    A retry, or the re-execution of a run whose process died, must not start a second task run: it
    goes on with one that is active, or that has succeeded since and shows in no materialization.

    Args:
        context: Of the asset; its run is tagged with the task run's id.
        glue: A boto3 client.
        transform_id: The transform.
        stage: Which stage asks.
        start: Starts a task run and gives its id.
        about: Properties that it has, and that tell it from others of the stage.

    Raises:
        dg.RetryRequested: The service's limit of concurrent runs is reached.
        dg.Failure: A match job was refused.
    """
    for earlier in _task_runs_of(context, stage):
        if _is_to_be_told(context, glue, transform_id, earlier, about):
            context.log.info(f"Going on with task run {earlier}.")
            return earlier

    task_run_id = _start(start)
    with cancelling(context, FollowedRun(glue, transform_id, task_run_id)):
        tags = task_run_tag(task_run_id, stage) | {"glueml/transform_id": transform_id}
        context.instance.add_run_tags(context.run.run_id, tags)
        context.log.info(f"Started task run {task_run_id} of transform {transform_id}.")
    return task_run_id


def follow(context: Context, run: FollowedRun) -> TaskRun:
    """
    Wait until a task run ends, telling the log how far it is; to be called in `cancelling`.

    Raises:
        dg.Failure: It FAILED or ended in TIMEOUT; with its ErrorString.
        TaskRunStopped: Somebody cancelled it through the API.
    """
    ended = _watch(context, run)
    if ended["Status"] == "STOPPED":
        context.instance.report_run_canceling(context.run, "The task run was cancelled.")
        raise TaskRunStopped(f"Task run {run.task_run_id} was cancelled through the API.")
    if ended["Status"] != "SUCCEEDED":
        raise _failure(ended)
    return ended


def _watch(context: Context, run: FollowedRun) -> TaskRun:
    told = ""
    while True:
        task_run = run.get()
        text = f"{task_run['Status']} {run.progress(run.task_run_id)}".strip()
        if text != told:
            context.log.info(f"Task run {run.task_run_id}: {text}")
            told = text
        if task_run["Status"] not in ACTIVE:
            return task_run
        if _is_canceling(context):
            raise dg.DagsterExecutionInterruptedError("Somebody terminates this run.")
        time.sleep(POLL_S)


def _is_canceling(context: Context) -> bool:
    """Whether a termination was asked for that no signal will bring, as for an embedded run."""
    run = context.instance.get_run_by_id(context.run.run_id)
    return run is not None and run.status is dg.DagsterRunStatus.CANCELING


def _failure(task_run: TaskRun) -> dg.Failure:
    reason = task_run.get("ErrorString") or "No reason was given."
    return dg.Failure(
        f"Task run {task_run['TaskRunId']} ended {task_run['Status']}: {reason}",
        metadata={
            "glueml/transform_id": task_run["TransformId"],
            "glueml/task_run_id": task_run["TaskRunId"],
            "glueml/status": task_run["Status"],
        },
        # The service has retried it as often as the transform allows.
        allow_retries=False,
    )


def _start(start: Callable[[], str]) -> str:
    try:
        return start()
    except GlueError as error:
        raise dg.Failure(f"{error.code}: {error}", allow_retries=False) from error
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConcurrentRunsExceededException":
            raise
        raise dg.RetryRequested(RETRIES, RETRY_S) from error


def _task_runs_of(context: dg.AssetExecutionContext, stage: Stage) -> list[str]:
    """The task runs that this Dagster run, or the one it re-executes, has started."""
    # A retried op has the tags of its run's beginning, so the instance is asked.
    run = context.instance.get_run_by_id(context.run.run_id) or context.run
    return [
        tag.removeprefix("glueml/")
        for tag, value in run.tags.items()
        if tag.startswith("glueml/tsk-") and value == stage.value
    ]


def _is_to_be_told(
    context: dg.AssetExecutionContext,
    glue: Any,
    transform_id: str,
    task_run_id: str,
    about: Mapping[str, str],
) -> bool:
    try:
        run = glue.get_ml_task_run(TransformId=transform_id, TaskRunId=task_run_id)
    except glue.exceptions.EntityNotFoundException:
        return False
    structures = [part for part in run["Properties"].values() if isinstance(part, dict)]
    told = {name: value for part in structures for name, value in part.items()}
    if not about.items() <= told.items():
        return False
    if run["Status"] == "SUCCEEDED":
        return task_run_id != _last_told(context)
    return run["Status"] in ACTIVE


def _last_told(context: dg.AssetExecutionContext) -> str | None:
    """The task run that the latest materialization of this asset shows."""
    (key,) = context.selected_asset_keys
    event = context.instance.get_latest_materialization_event(key)
    materialization = event.asset_materialization if event else None
    told = materialization.metadata.get("glueml/task_run_id") if materialization else None
    return str(told.value) if told else None
