"""Task runs: their history, their logs, and how to stop one."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse, Response

from glueml_core.api.task_runs import cancel_ml_task_run
from glueml_core.store import TaskRun
from glueml_core.web.visit import Visit

__all__ = ["cancel", "list_runs", "progress", "show_run"]

# The end of a log is what tells how a run went.
LOG_BYTES = 200_000


def list_runs(visit: Visit) -> Response:
    """A transform's runs, the newest first."""
    transform = visit.core.store.transforms.get(visit.transform_id)
    runs = visit.core.store.task_runs.find(transform.id, limit=200).rows
    return visit.page("runs.html", transform=transform, here="/runs", runs=runs)


def show_run(visit: Visit) -> Response:
    """One run with its log."""
    transform = visit.core.store.transforms.get(visit.transform_id)
    run = visit.core.store.task_runs.get_of(transform.id, visit.path["task_run_id"])
    return visit.page(
        "run.html",
        transform=transform,
        here="/runs",
        run=run,
        log=_log(visit, run),
    )


def progress(visit: Visit) -> Response:
    """How far a run is, for a page that watches it."""
    run = visit.core.store.task_runs.get_of(visit.transform_id, visit.path["task_run_id"])
    return JSONResponse(_view(run))


def cancel(visit: Visit) -> Response:
    """Stop a run."""
    run_id = visit.path["task_run_id"]
    cancel_ml_task_run(visit.core, transform_id=visit.transform_id, task_run_id=run_id)
    return visit.go(f"/runs/{run_id}")


def _view(run: TaskRun) -> dict[str, Any]:
    return {
        "status": run.status,
        "is_active": run.is_active,
        "progress": run.progress,
        "text": run.progress_text or "",
        "error": run.error_string,
    }


def _log(visit: Visit, run: TaskRun) -> str:
    path = visit.core.settings.store / "task_runs" / run.id / "log.txt"
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - LOG_BYTES))
        return file.read().decode("utf-8", "replace")
