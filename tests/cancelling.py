"""Cancelling a task run that a call under way has started."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from glueml_core.http.inprocess import core_of
from tests.waiting import wait_for

__all__ = ["cancelling_next_run"]


@contextmanager
def cancelling_next_run(glue: Any, transform_id: str) -> Iterator[None]:
    """Beside the block, cancel the first run that the transform has, as soon as it has one."""
    task_runs = core_of(glue).store.task_runs

    def cancel() -> None:
        run = wait_for(lambda: task_runs.active(transform_id))[0]
        glue.cancel_ml_task_run(TransformId=transform_id, TaskRunId=run.id)

    canceller = threading.Thread(target=cancel)
    canceller.start()
    yield
    canceller.join()
