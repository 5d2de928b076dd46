"""The supervisor: one process that sees one task run to its end."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, replace
from multiprocessing.process import BaseProcess
from typing import Any

from glueml_core.store import Store, TaskRun, TaskStatus
from glueml_core.tasks.folder import RunFolder, log_group_name
from glueml_core.tasks.leftovers import discard_if_deleted
from glueml_core.tasks.outcome import Outcome
from glueml_core.tasks.processes import (
    HEARTBEAT_S,
    Handover,
    end_worker,
    start_worker,
    this_process,
)
from glueml_core.tasks.worker import work

__all__ = ["Supervisor", "supervise"]

_LOOK_S = 0.25
_GRACE_S = 1.0
_log = logging.getLogger(__name__)


def supervise(handover: Handover) -> None:
    """
    Take a run over and see it to its end, retries included.

    Nothing is done if by now somebody else has the run than the owner who hands it over.
    """
    store = Store.open(handover.settings)
    owner = this_process()
    run = store.task_runs.get(handover.run_id)
    if run is None or not store.task_runs.claim(run.id, owner, from_owner=handover.owner):
        return
    supervisor = Supervisor(store, replace(handover, owner=owner))
    while supervisor.attempt():
        pass
    discard_if_deleted(handover.settings, store, run.transform_id, run.id)


@dataclass(frozen=True)
class Supervisor:
    """The owner of one run, as long as the store says so."""

    store: Store
    handover: Handover

    def attempt(self) -> bool:
        """Try once to do the run; says whether to try again."""
        run = self._begin()
        if run is None:
            self._move("STOPPING", "STOPPED")
            return False

        self._folder.outcome.unlink(missing_ok=True)
        # A connection to the database does not survive a fork.
        self.store.close()
        outcome = self._watch(start_worker(work, self.handover), run)
        return outcome is not None and self._finish(run, outcome)

    @property
    def _folder(self) -> RunFolder:
        return RunFolder.of(self.handover.settings, self.handover.run_id)

    def _begin(self) -> TaskRun | None:
        run = self.store.task_runs.get(self.handover.run_id)
        if run is None:
            return None
        begun = self._move(
            "STARTING",
            "RUNNING",
            attempt=run.attempt + 1,
            progress=0.0,
            log_group_name=log_group_name(run.transform_id),
        )
        return self.store.task_runs.get(self.handover.run_id) if begun else None

    def _watch(self, worker: BaseProcess, run: TaskRun) -> Outcome | None:
        """Wait for the worker, or for a reason to end it; None: the run is no longer ours."""
        timeout_s = self._timeout_s(run)
        began = last_heartbeat = time.monotonic()
        while not _has_ended(worker):
            now = time.monotonic()
            seen = self.store.task_runs.get(self.handover.run_id)
            if seen is None or seen.owner != self.handover.owner:
                end_worker(worker, _GRACE_S)
                return None
            if seen.status == "STOPPING":
                end_worker(worker, _GRACE_S)
                return Outcome("STOPPED")
            if now - began > timeout_s:
                end_worker(worker, _GRACE_S)
                return Outcome("TIMEOUT", "The task run took longer than its timeout.")
            if now - last_heartbeat > HEARTBEAT_S:
                self.store.task_runs.report(self.handover.run_id, self.handover.owner)
                last_heartbeat = now
        return Outcome.load(self._folder, worker.exitcode or 0)

    def _finish(self, run: TaskRun, outcome: Outcome) -> bool:
        """Write the end of an attempt; says whether to try again."""
        max_retries = self.store.transforms.get(run.transform_id).max_retries
        if outcome.may_retry and run.attempt <= max_retries and self._move("RUNNING", "STARTING"):
            _log.info("Attempt %s failed. %s Trying again.", run.attempt, outcome.error_string)
            return True

        changes: dict[str, Any] = {"error_string": outcome.error_string, "output": outcome.output}
        if outcome.status == "SUCCEEDED":
            changes["progress"] = 1.0
        if self._move("RUNNING", outcome.status, **changes):
            _log.info("Ended: %s. %s", outcome.status, outcome.error_string or "")
        elif self._move("STOPPING", "STOPPED", output=outcome.output):
            # Whoever cancels a run that has just done its work still sees it stopped.
            _log.info("Ended: STOPPED.")
        return False

    def _move(self, from_: TaskStatus, to: TaskStatus, **changes: Any) -> bool:
        """Change the status, unless somebody else has taken the run over."""
        mine = {"owner": self.handover.owner}
        return self.store.task_runs.transition(
            self.handover.run_id, from_, to, expecting=mine, **changes
        )

    def _timeout_s(self, run: TaskRun) -> float:
        minutes = self.store.transforms.get(run.transform_id).timeout_minutes
        # All attempts together are one run.
        return minutes * 60 - run.execution_time_s


def _has_ended(worker: BaseProcess) -> bool:
    worker.join(_LOOK_S)
    return not worker.is_alive()
