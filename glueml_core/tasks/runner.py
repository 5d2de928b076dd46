"""The runner: starts a process for each task run, and takes over those whose process died."""

from __future__ import annotations

import subprocess
import threading
from dataclasses import dataclass

from glueml_core.settings import Settings
from glueml_core.store import Store, TaskRun
from glueml_core.tasks.processes import Handover, is_worked_on, start_supervisor, this_process

__all__ = ["ProcessRunner"]

_DIED = "The process that worked on the task run died."


@dataclass(frozen=True)
class ProcessRunner:
    """
    Runs tasks in processes of their own, which outlive this one.

    At every moment a run has one owner in the store: this process while it hands the run over, then
    the run's supervisor. Whoever finds the owner dead may take the run; the store lets one win.
    """

    settings: Settings
    store: Store

    def submit(self, run: TaskRun) -> None:
        """
        Begin to work on a run in STARTING, and return at once.

        Raises:
            OSError: No process could be started.
        """
        me = this_process()
        if self.store.task_runs.claim(run.id, me):
            self._start(run.id)

    def cancel(self, run: TaskRun) -> None:
        """See to it that a run in STOPPING becomes STOPPED soon."""
        found = self.store.task_runs.get(run.id)
        # A supervisor sees the status by itself; where none lives, there is nothing to stop.
        if found is not None and found.is_active:
            self._recover(found)

    def recover(self) -> None:
        """Take over the runs whose owners died: to try them again, or to write their end."""
        for run in self.store.task_runs.active():
            self._recover(run)

    def _start(self, run_id: str) -> None:
        handover = Handover(self.settings, run_id, this_process())
        supervisor = start_supervisor(handover)
        threading.Thread(target=self._reap, args=(supervisor, run_id), daemon=True).start()

    def _reap(self, supervisor: subprocess.Popen[bytes], run_id: str) -> None:
        """Wait for a supervisor, so that it leaves no zombie, and no run without an owner."""
        exit_code = supervisor.wait()
        run = self.store.task_runs.get(run_id)
        if run is None or not run.is_active:
            return
        if run.status == "STARTING" and exit_code != 0:
            # It could not even begin; another one could not either.
            reason = f"The supervisor of the task run ended with exit code {exit_code}."
            self.store.task_runs.transition(run_id, "STARTING", "FAILED", error_string=reason)
            return
        self._recover(run)

    def _recover(self, run: TaskRun) -> None:
        if is_worked_on(run, self.store.now()):
            return
        task_runs = self.store.task_runs
        if not task_runs.claim(run.id, this_process(), from_owner=run.owner):
            return

        if task_runs.transition(run.id, "STOPPING", "STOPPED"):
            return
        max_retries = self.store.transforms.get(run.transform_id).max_retries
        if run.status == "RUNNING" and run.attempt > max_retries:
            task_runs.transition(run.id, "RUNNING", "FAILED", error_string=_DIED)
            return
        task_runs.transition(run.id, "RUNNING", "STARTING")
        self._start(run.id)
