"""A runner that takes task runs and leaves their end to the test."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

from glueml_core import Core
from glueml_core.settings import Settings
from glueml_core.store import Store, TaskRun
from glueml_core.tasks.processes import this_process
from glueml_dagster import GlueMLResource
from tests.dagster.inline import InlineRunner

__all__ = ["HeldResource", "HeldRunner", "meanwhile"]

PATIENCE_S = 40


@dataclass(frozen=True)
class HeldRunner(InlineRunner):
    """Every run is RUNNING until the test finishes it, or writes another end."""

    def submit(self, run: TaskRun) -> None:
        self.store.task_runs.claim(run.id, this_process())
        self.store.task_runs.transition(run.id, "STARTING", "RUNNING")

    def cancel(self, run: TaskRun) -> None:
        self.store.task_runs.transition(run.id, "STOPPING", "STOPPED")

    def finish(self, run: TaskRun) -> None:
        """Do the work, as the real tasks do it."""
        self.perform(run)

    def running(self) -> list[TaskRun]:
        return [run for run in self.store.task_runs.active() if run.status == "RUNNING"]


class HeldResource(GlueMLResource):
    """A store whose task runs wait for the test."""

    def core(self) -> Core:
        return _open(Settings.of(self.store).model_dump_json())

    @property
    def runner(self) -> HeldRunner:
        runner = self.core().runner
        assert isinstance(runner, HeldRunner)
        return runner


@cache
def _open(config: str) -> Core:
    settings = Settings.model_validate_json(config)
    store = Store.open(settings)
    return Core(store, settings, HeldRunner(settings, store))


@contextmanager
def meanwhile(act: Callable[[], bool]) -> Iterator[None]:
    """Beside the block, try `act` until it says that it is done."""
    is_over = threading.Event()

    def try_on() -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not is_over.wait(0.05) and not act():
            if time.monotonic() > deadline:
                # The block may wait for ever for what did not happen.
                os.kill(os.getpid(), signal.SIGINT)
                return

    thread = threading.Thread(target=try_on)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()
