"""The runner: starts a process for each task run, and takes over those whose process died."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from glueml_core.settings import Settings
from glueml_core.store import Store, TaskRun
from glueml_core.tasks.launcher import launch
from glueml_core.tasks.leftovers import discard_if_deleted
from glueml_core.tasks.processes import Handover, is_worked_on, this_process

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
        # What has not been taken over by a supervisor can stop here and now.
        mine = {"owner": this_process()}
        if self.store.task_runs.transition(run.id, "STOPPING", "STOPPED", expecting=mine):
            return
        found = self.store.task_runs.get(run.id)
        # A supervisor sees the status by itself; where none lives, there is nothing to stop.
        if found is not None and found.is_active:
            self.take_over(found)

    def recover(self) -> None:
        """Take over the runs whose owners died: to try them again, or to write their end."""
        for run in self.store.task_runs.active():
            self.take_over(run)

    def _start(self, run_id: str) -> None:
        handover = Handover(self.settings, run_id, this_process())
        launch(handover, partial(self._ended, run_id))

    def _ended(self, run_id: str) -> None:
        """See to a run whose supervisor has ended: it may have been killed."""
        run = self.store.task_runs.get(run_id)
        if run is None or not run.is_active:
            return
        if run.owner == this_process():
            # It never took the run over. Another one would not either.
            mine = {"owner": run.owner}
            move = partial(self.store.task_runs.transition, run_id, expecting=mine)
            if not move(from_="STOPPING", to="STOPPED"):
                move(from_="STARTING", to="FAILED", error_string=_DIED)
            return
        self.take_over(run)

    def take_over(self, run: TaskRun) -> None:
        """Work on an active run whose owner died, or that never had one; else leave it alone."""
        if is_worked_on(run, self.store.now()):
            return
        task_runs = self.store.task_runs
        if not task_runs.claim(run.id, this_process(), from_owner=run.owner):
            return

        if task_runs.transition(run.id, "STOPPING", "STOPPED"):
            discard_if_deleted(self.settings, self.store, run.transform_id, run.id)
            return
        max_retries = self.store.transforms.get(run.transform_id).max_retries
        if run.status == "RUNNING" and run.attempt > max_retries:
            task_runs.transition(run.id, "RUNNING", "FAILED", error_string=_DIED)
            return
        task_runs.transition(run.id, "RUNNING", "STARTING")
        self._start(run.id)
