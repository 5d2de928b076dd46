"""A runner without processes: a thousand small task runs in the time of one."""

from __future__ import annotations

from dataclasses import dataclass

from glueml_core.settings import Settings
from glueml_core.store import Store, TaskRun
from glueml_core.tasks.folder import RunFolder
from glueml_core.tasks.processes import this_process
from glueml_core.tasks.progress import ProgressReport
from glueml_core.tasks.task import Task
from glueml_core.tasks.worker import perform

__all__ = ["InlineRunner"]


@dataclass(frozen=True)
class InlineRunner:
    settings: Settings
    store: Store

    def submit(self, run: TaskRun) -> None:
        self.store.task_runs.claim(run.id, this_process())
        self.store.task_runs.transition(run.id, "STARTING", "RUNNING")
        self.perform(run)

    def perform(self, run: TaskRun) -> None:
        """Do the work of a run that is RUNNING, and write its end."""
        task = Task(
            run=run,
            transform=self.store.transforms.get(run.transform_id),
            store=self.store,
            settings=self.settings,
            folder=RunFolder.of(self.settings, run.id),
            progress=ProgressReport(self.store, run.id, this_process()),
        )
        done = perform(task)
        changes = {"error_string": done.error_string, "output": done.output}
        self.store.task_runs.transition(run.id, "RUNNING", done.status, **changes)

    def cancel(self, run: TaskRun) -> None:
        """Whatever is submitted has ended."""

    def recover(self) -> None:
        """Nothing is ever left behind."""
