"""`glueml labels`: files of records to label, and the labels that come back."""

from __future__ import annotations

import click

from glueml_core.cli.following import follow, written_uri
from glueml_core.cli.session import Session, as_uri, command_of_session


@click.group("labels")
def command() -> None:
    """Get records to label, hand in labels, take them out again."""


@command.command()
@click.argument("transform")
@click.option("--to", "folder", required=True, help="Folder, or s3:// prefix, for the CSV file.")
@command_of_session
def generate(session: Session, transform: str, folder: str) -> None:
    """
    Write about ten labeling sets of about ten similar records of TRANSFORM to a CSV file.

    Fill its `label` column: records of one labeling set that mean the same thing get the same
    label, others another one (A, B, C …). A label says nothing outside its own set. Leave blank
    what you are not sure of; blank rows are skipped. The next file asks about other records.
    """
    answer = session.glue.start_ml_labeling_set_generation_task_run(
        TransformId=session.transform_id(transform), OutputS3Path=as_uri(folder)
    )
    run = follow(session, answer["TaskRunId"], "Choosing records to label")
    click.echo(written_uri(run))


@command.command("import")
@click.argument("transform")
@click.argument("file")
@click.option("--replace", is_flag=True, help="Forget every earlier label: only this file counts.")
@command_of_session
def import_(session: Session, transform: str, file: str, replace: bool) -> None:
    """
    Teach TRANSFORM the labels in FILE, in addition to those it has.

    A file that is not right changes nothing, and the error names its line and column.
    """
    transform_id = session.transform_id(transform)
    answer = session.glue.start_import_labels_task_run(
        TransformId=transform_id, InputS3Path=as_uri(file), ReplaceAllLabels=replace
    )
    follow(session, answer["TaskRunId"], "Learning from the labels")
    taught = session.glue.get_ml_transform(TransformId=transform_id)
    click.echo(f"{taught['LabelCount']} labels, {taught['Status']}")


@command.command()
@click.argument("transform")
@click.option("--to", "folder", required=True, help="Folder, or s3:// prefix, for the CSV file.")
@command_of_session
def export(session: Session, transform: str, folder: str) -> None:
    """Write every label of TRANSFORM to one CSV file, which `labels import` reads again."""
    answer = session.glue.start_export_labels_task_run(
        TransformId=session.transform_id(transform), OutputS3Path=as_uri(folder)
    )
    run = follow(session, answer["TaskRunId"], "Writing the labels")
    click.echo(written_uri(run))
