"""The remote runner: Dagster runs on a deployed Dagster, through its webserver."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from glueml_core.tasks.processes import is_worked_on
from glueml_core.tasks.runner import ProcessRunner

if TYPE_CHECKING:
    from glueml_core.settings import Settings
    from glueml_core.store import Store, TaskRun
    from glueml_dagster.runner.webserver import RemoteRun, Webserver

__all__ = ["RemoteDagsterRunner"]

HANDOVER_S = 60
"""A task run younger than that may be on its way to Dagster."""

_log = logging.getLogger(__name__)


class RemoteDagsterRunner:
    """
    Each task run as a run of the Dagster at `runner_url`, which has the same store or database.

    Its daemon queues and limits the runs; its code location must have the job `glueml_task_run` and
    a resource `glueml`. Nothing here works on a task run: what has nobody to work on it is launched
    again, or ended as its Dagster run has ended.
    """

    def __init__(self, settings: Settings, store: Store) -> None:
        if settings.runner_url is None:
            raise ValueError("The runner dagster-remote needs runner_url, the webserver's address.")
        self._url = settings.runner_url
        self._store = store
        self._processes = ProcessRunner(settings, store)

    def submit(self, run: TaskRun) -> None:
        """
        Launch the Dagster run of a task run; a second submit finds it there.

        Raises:
            OSError: The webserver cannot be reached, or refuses.
        """
        if self._dagster_run(run) is None:
            self._launch(run)

    def cancel(self, run: TaskRun) -> None:
        """Stop the work; the Dagster run sees the end, or never begins, and ends as canceled."""
        self._processes.cancel(run)
        if run.owner is not None:
            return
        try:
            found = self._dagster_run(run)
            if found is not None and found.is_waiting:
                self._webserver().terminate(found.run_id)
        except OSError as fault:
            _log.warning("The Dagster run of %s ends when its turn comes. %s", run.id, fault)

    def recover(self) -> None:
        """See to the task runs that nobody works on, by how their Dagster runs have ended."""
        settled = self._store.now() - timedelta(seconds=HANDOVER_S)
        try:
            for run in self._store.task_runs.active():
                if run.started_on < settled and not is_worked_on(run, self._store.now()):
                    self._see_to(run)
        except OSError as fault:
            _log.warning("Recovery has to wait. %s", fault)

    def _see_to(self, run: TaskRun) -> None:
        if run.status == "STOPPING":
            self._processes.cancel(run)
            return
        found = self._dagster_run(run)
        if found is None:
            self._launch(run)
        elif found.is_finished:
            self._end_as(found, run)

    def _end_as(self, found: RemoteRun, run: TaskRun) -> None:
        task_runs = self._store.task_runs
        if found.status.value == "CANCELED":
            if task_runs.transition(run.id, ("STARTING", "RUNNING"), "STOPPING"):
                self._processes.cancel(run)
        elif run.owner is None:
            reason = f"Dagster run {found.run_id} ended before the work began."
            task_runs.transition(run.id, "STARTING", "FAILED", error_string=reason)
        else:
            # The work began and died; another Dagster run tries it again, or writes its end.
            self._launch(run)

    def _dagster_run(self, run: TaskRun) -> RemoteRun | None:
        from glueml_dagster.runner.instances import run_request

        return self._webserver().latest(run_request(run, None)["tags"])

    def _launch(self, run: TaskRun) -> None:
        from glueml_dagster.runner.instances import LOCATION, run_request
        from glueml_dagster.runner.job import TASK_RUN_JOB

        self._webserver().launch(LOCATION, TASK_RUN_JOB, **run_request(run, None))

    def _webserver(self) -> Webserver:
        from glueml_dagster.runner.webserver import Webserver

        return Webserver(self._url)
