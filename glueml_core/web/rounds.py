"""Rounds of teaching: what each evaluation said, from the first to the last."""

from __future__ import annotations

from dataclasses import dataclass

from glueml_core.store import Store, TaskRun, TaskRunFilter, TaskType

__all__ = ["Round", "latest_run", "rounds_of"]

MOST = 50


@dataclass(frozen=True)
class Round:
    """F1 as an evaluation measured it, with its 95 % interval where it has one."""

    label_count: int
    f1: float
    low: float | None
    high: float | None


def rounds_of(store: Store, transform_id: str) -> list[Round]:
    """The evaluations that succeeded, oldest first; several on the same labels count once."""
    criteria = TaskRunFilter(task_type="EVALUATION", status="SUCCEEDED")
    runs = store.task_runs.find(transform_id, criteria, limit=MOST).rows
    by_labels: dict[int, Round] = {}
    for run in reversed(runs):
        found = _round(run)
        if found is not None:
            by_labels[found.label_count] = found
    return list(by_labels.values())


def latest_run(store: Store, transform_id: str, task_type: TaskType) -> TaskRun | None:
    """The run of that type that was started last."""
    runs = store.task_runs.find(transform_id, TaskRunFilter(task_type=task_type), limit=1).rows
    return runs[0] if runs else None


def _round(run: TaskRun) -> Round | None:
    output = run.output or {}
    metrics = output.get("evaluation_metrics", {}).get("FindMatchesMetrics", {})
    if "F1" not in metrics:
        return None
    low, high = output.get("intervals", {}).get("f1", (None, None))
    return Round(output["label_count"], metrics["F1"], low, high)
