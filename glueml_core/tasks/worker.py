"""The worker: the process that does one attempt at a task run."""

from __future__ import annotations

import importlib
import logging
import signal
import sys
from types import FrameType

from pandera.errors import SchemaError, SchemaErrors

from glueml_core.errors import GlueError
from glueml_core.store import Store
from glueml_core.tasks.folder import RunFolder
from glueml_core.tasks.outcome import Outcome
from glueml_core.tasks.processes import Handover
from glueml_core.tasks.progress import ProgressReport
from glueml_core.tasks.task import Task
from glueml_core.violations import violations_text

__all__ = ["perform", "work"]

_log = logging.getLogger(__name__)


def perform(task: Task) -> Outcome:
    """Do what the run's type says; a mistake of the caller's is an outcome, not an exception."""
    module = importlib.import_module(f"glueml_core.tasks.{task.run.task_type.lower()}")
    try:
        return Outcome("SUCCEEDED", output=module.run(task))
    except GlueError as error:
        _log.error("%s", error)
        return Outcome("FAILED", str(error))


def work(handover: Handover) -> None:
    """Do one attempt at a run, in a process of its own, and leave the outcome in its folder."""
    signal.signal(signal.SIGTERM, _end)
    store = Store.open(handover.settings)
    folder = RunFolder.of(handover.settings, handover.run_id)
    try:
        perform(_task(store, handover, folder)).save(folder)
    except (SchemaError, SchemaErrors) as error:
        Outcome("FAILED", violations_text(error), may_retry=True).save(folder)
        raise
    except Exception as error:
        Outcome("FAILED", f"{type(error).__name__}: {error}", may_retry=True).save(folder)
        raise


def _task(store: Store, handover: Handover, folder: RunFolder) -> Task:
    run = store.task_runs.get(handover.run_id)
    if run is None:
        sys.exit("The task run is gone.")
    return Task(
        run=run,
        transform=store.transforms.get(run.transform_id),
        store=store,
        settings=handover.settings,
        folder=folder,
        progress=ProgressReport(store, run.id, handover.owner),
    )


def _end(_signal: int, _frame: FrameType | None) -> None:
    # As an exception, so that half-written files are removed on the way out.
    sys.exit(128 + signal.SIGTERM)
