"""`glueml cancel`: stop a task run."""

from __future__ import annotations

import click

from glueml_core.cli.session import Session, command_of_session


@click.command("cancel")
@click.argument("task_run_id")
@command_of_session
def command(session: Session, task_run_id: str) -> None:
    """Stop the task run TASK_RUN_ID. What it had not finished leaves no trace."""
    click.echo(session.cancel(task_run_id))
