"""`glueml status`: transforms, their task runs, a run's log."""

from __future__ import annotations

import click
from rich.console import Console
from rich.table import Column, Table

from glueml_core.cli.session import Session, command_of_session

WIDTH = 140


@click.command("status")
@click.argument("transform", required=False)
@click.option("--log", "task_run_id", help="Show the log of this task run.")
@command_of_session
def command(session: Session, transform: str | None, task_run_id: str | None) -> None:
    """List all transforms, or the task runs of TRANSFORM, or with --log what one run said."""
    if task_run_id:
        click.echo(_log(session, task_run_id), nl=False)
    elif transform:
        _print(_task_runs(session, session.transform_id(transform)))
    else:
        _print(_transforms(session))


def _log(session: Session, task_run_id: str) -> str:
    from glueml_core.tasks.folder import RunFolder

    run = session.task_run(task_run_id)
    log = RunFolder.of(session.core.settings, run.id).log
    return log.read_text() if log.exists() else ""


def _transforms(session: Session) -> Table:
    table = Table("transform", "id", "status", "labels", "max F1", box=None)
    for found in session.glue.get_ml_transforms()["Transforms"]:
        metrics = found.get("EvaluationMetrics", {}).get("FindMatchesMetrics", {})
        quality = f"{metrics['F1']:.3f}" if "F1" in metrics else "not measured"
        labels = str(found["LabelCount"])
        table.add_row(found["Name"], found["TransformId"], found["Status"], labels, quality)
    return table


def _task_runs(session: Session, transform_id: str) -> Table:
    kept = [
        Column(name, no_wrap=True) for name in ("task run", "type", "status", "done", "seconds")
    ]
    table = Table(*kept, "", box=None)
    for found in session.glue.get_ml_task_runs(TransformId=transform_id)["TaskRuns"]:
        run = session.task_run(found["TaskRunId"])
        done = f"{run.progress:.0%}"
        said = run.error_string or run.progress_text or ""
        table.add_row(
            run.id, run.task_type, run.status, done, str(found.get("ExecutionTime", "")), said
        )
    return table


def _print(table: Table) -> None:
    """Show a table whole, on narrow terminals too: people copy ids from it."""
    console = Console()
    console.width = max(console.width, WIDTH)
    console.print(table)
