"""A Spark run: a FIND_MATCHES task run that this process and its Spark session work on."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from glueml_core.store import TaskRun, TaskStatus
from glueml_core.tasks.folder import log_group_name
from glueml_core.tasks.processes import HEARTBEAT_S, this_process
from glueml_core.transforms.jobs import TaskRunFailedError, match_job

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from glueml_core.api import Core

__all__ = ["SparkRun"]

_LOOK_S = 1.0
_MAX_REASON_CHARACTERS = 2_000


@dataclass
class SparkRun:
    """
    The run in the transform's history, for as long as the context lasts.

    A run that is cancelled meanwhile has its Spark jobs interrupted. When this process dies,
    whoever opens the store next writes the run's end; Spark's work cannot be taken over.

    Args:
        core: The store.
        transform_id: A transform in READY.
        spark: The session that does the work.
        job_name: Name of the job that this is a part of.
        job_run_id: Id of that job's run.

    Raises:
        TaskRunFailedError: The run was cancelled.
    """

    core: Core
    transform_id: str
    spark: SparkSession
    job_name: str | None = None
    job_run_id: str | None = None
    output: Mapping[str, Any] = field(default_factory=dict)
    id: str = field(default="", init=False)
    _over: threading.Event = field(default_factory=threading.Event, init=False)
    _watcher: threading.Thread | None = field(default=None, init=False)

    def __enter__(self) -> Self:
        task_runs = self.core.store.task_runs
        properties = match_job(self.job_name, self.job_run_id)
        self.id = task_runs.add(self.transform_id, "FIND_MATCHES", properties).id
        task_runs.claim(self.id, this_process())
        max_retries = self.core.store.transforms.get(self.transform_id).max_retries
        self._move(
            "STARTING",
            "RUNNING",
            # The last attempt: no other process could make another one.
            attempt=max_retries + 1,
            log_group_name=log_group_name(self.transform_id),
        )
        self.spark.addTag(self.id)
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()
        return self

    def progress(self, share: float, text: str) -> None:
        """`share` of the work is done, in [0, 1]; `text` is what is being done now."""
        if not self._report(progress=share, progress_text=text) or self._is_cancelled():
            raise InterruptedError(f"Task run {self.id} was cancelled.")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._over.set()
        if self._watcher is not None:
            self._watcher.join()
        if error is not None and not isinstance(error, Exception):
            # Somebody interrupts the caller: that, not the run's end, is what he must hear.
            self.spark.interruptTag(self.id)
            self._move("RUNNING", "STOPPING")
            self._move("STOPPING", "STOPPED")
            return
        self.spark.removeTag(self.id)
        if error is None:
            ended = self._move("RUNNING", "SUCCEEDED", progress=1.0, output=dict(self.output))
        else:
            reason = str(error)[:_MAX_REASON_CHARACTERS]
            ended = self._move("RUNNING", "FAILED", error_string=reason)
        if not ended:
            self._move("STOPPING", "STOPPED")
            raise TaskRunFailedError(self._seen()) from error

    def _watch(self) -> None:
        """Keep the run alive in the eyes of others, and see when it is cancelled."""
        waited_s = 0.0
        while not self._over.wait(_LOOK_S):
            waited_s += _LOOK_S
            if waited_s >= HEARTBEAT_S:
                self._report()
                waited_s = 0.0
            if self._is_cancelled():
                self.spark.interruptTag(self.id)

    def _is_cancelled(self) -> bool:
        return self._seen().status != "RUNNING"

    def _seen(self) -> TaskRun:
        run = self.core.store.task_runs.get(self.id)
        if run is None:
            raise RuntimeError(f"Task run {self.id} went with its transform, which was deleted.")
        return run

    def _report(self, **changes: Any) -> bool:
        return self.core.store.task_runs.report(self.id, this_process(), **changes)

    def _move(self, from_: TaskStatus, to: TaskStatus, **changes: Any) -> bool:
        mine = {"owner": this_process()}
        return self.core.store.task_runs.transition(self.id, from_, to, expecting=mine, **changes)
