"""Waiting for a task run with its progress in view."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from glueml_core.cli.session import Session
    from glueml_core.store import TaskRun

__all__ = ["follow", "written_uri"]

POLL_S = 0.2


def follow(session: Session, task_run_id: str, title: str) -> TaskRun:
    """
    Wait until a task run ends, showing how far it is; Ctrl-C cancels the run.

    Raises:
        click.ClickException: The run ended otherwise than SUCCEEDED; its ErrorString says why.
    """
    try:
        run = _watch(session, task_run_id, title)
    except KeyboardInterrupt:
        session.cancel(task_run_id)
        raise click.ClickException(f"Task run {task_run_id} is being stopped.") from None

    if run.status != "SUCCEEDED":
        reason = run.error_string or "no reason was given"
        raise click.ClickException(f"Task run {task_run_id} ended {run.status}: {reason}")
    return run


def _watch(session: Session, task_run_id: str, title: str) -> TaskRun:
    columns = (
        TextColumn("{task.description:<28}"),
        BarColumn(bar_width=30),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TextColumn("[dim]{task.fields[doing]}"),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bar = progress.add_task(title, total=1.0, doing="")
        while True:
            run = session.task_run(task_run_id)
            progress.update(bar, completed=run.progress, doing=run.progress_text or "")
            if not run.is_active:
                done = 1.0 if run.status == "SUCCEEDED" else run.progress
                progress.update(bar, completed=done, doing=run.status.lower())
                return run
            time.sleep(POLL_S)


def written_uri(run: TaskRun) -> str:
    """Where a run that writes a file has put it."""
    return str((run.output or {})["uri"])
