"""Evaluation of a transform: how good are its matches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glueml_core.api.task_runs import start_task_run
from glueml_core.errors import MLTransformNotReadyException
from glueml_core.store import TaskRunQuota

if TYPE_CHECKING:
    from glueml_core.api.core import Core

__all__ = ["start_ml_evaluation_task_run"]


def start_ml_evaluation_task_run(core: Core, *, transform_id: str) -> dict[str, str]:
    """Queue an evaluation and answer at once; the task does the measuring."""
    transform = core.store.transforms.get(transform_id)
    if transform.status == "NOT_READY":
        raise MLTransformNotReadyException

    settings = core.settings
    quota = TaskRunQuota(settings.max_task_runs_per_transform, settings.max_task_runs)
    return start_task_run(core, transform_id, "EVALUATION", quota=quota)
