"""The core: what stands behind every door."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from glueml_core.settings import Settings
from glueml_core.store import Store
from glueml_core.tasks.leftovers import discard, discard_kept, remove_stale_frames

if TYPE_CHECKING:
    from glueml_core.store import TaskRun

__all__ = ["Core", "TaskRunner"]

RUNNERS = "glueml.task_runners"
"""The entry point group of runners; each is called with the settings and the store."""


class TaskRunner(Protocol):
    """What works on task runs behind the caller's back."""

    def submit(self, run: TaskRun) -> None:
        """Begin to work on a run in STARTING, and return at once; OSError where that cannot be."""

    def cancel(self, run: TaskRun) -> None:
        """See to it that a run in STOPPING becomes STOPPED soon, whoever works on it."""

    def recover(self) -> None:
        """Take over the runs whose workers died with an earlier process."""


@dataclass(frozen=True)
class Core:
    """One store, its settings, and the runner of its tasks; every operation begins with it."""

    store: Store
    settings: Settings
    runner: TaskRunner

    @classmethod
    def open(cls, location: str | Path | None = None) -> Core:
        """
        The core of the store at `location`, else at `GLUEML_HOME`, else at `.glueml` here.

        What an earlier process left behind is finished: its task runs, its deletions.
        """
        return cls.of(Settings.of(location))

    @classmethod
    def of(cls, settings: Settings) -> Core:
        """As `open`, with settings that are known already."""
        store = Store.open(settings)
        core = cls(store, settings, _runner(settings, store))
        core.recover()
        return core

    def recover(self) -> None:
        """Finish what a process that died has begun."""
        self.runner.recover()
        remove_stale_frames(self.settings, self.store)
        for transform_id in self.store.transforms.deleting():
            self.finish_deleting(transform_id)

    def finish_deleting(self, transform_id: str) -> None:
        """Stop the runs of a DELETING transform; it goes now, or with the last of them."""
        run_ids = self.store.task_runs.ids(transform_id)
        for run in self.store.task_runs.active(transform_id):
            self.stop(run)
        self.store.transforms.purge(transform_id)
        # Who still works on a run sees to its folder himself.
        active = {run.id for run in self.store.task_runs.active(transform_id)}
        discard(self.settings, set(run_ids) - active)
        discard_kept(self.settings, transform_id)

    def stop(self, run: TaskRun) -> None:
        """Ask for the end of an active run."""
        self.store.task_runs.transition(run.id, ("STARTING", "RUNNING"), "STOPPING")
        self.runner.cancel(run)

    def close(self) -> None:
        """Give the database's connections back; task runs go on."""
        self.store.close()


def _runner(settings: Settings, store: Store) -> TaskRunner:
    """Our own runner, or one that an installed package brings under that name."""
    if settings.runner == "process":
        from glueml_core.tasks.runner import ProcessRunner

        return ProcessRunner(settings, store)

    found = entry_points(group=RUNNERS, name=settings.runner)
    if not found:
        raise ValueError(f"No package brings a task runner named {settings.runner}.")
    runner: TaskRunner = next(iter(found)).load()(settings, store)
    return runner
