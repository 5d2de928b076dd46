"""`glueml create`: a transform for a table of records."""

from __future__ import annotations

import click

from glueml_core.cli.session import Session, as_uri, command_of_session
from glueml_core.cli.table_files import create_table_of_file

__all__ = ["command", "create_transform"]

SHARE = click.FloatRange(0, 1)


@click.command("create")
@click.argument("name")
@click.argument("table")
@click.option("--key", required=True, help="Column that tells the records apart.")
@click.option(
    "--precision-recall",
    type=SHARE,
    default=0.5,
    show_default=True,
    help="1: join only what is sure. 0: miss nothing. 0.5: no preference.",
)
@click.option(
    "--accuracy-cost",
    type=SHARE,
    default=0.5,
    show_default=True,
    help="How hard to look for candidate pairs; 1 finds the most and takes the longest.",
)
@click.option("--enforce-labels", is_flag=True, help="The output agrees with every label.")
@command_of_session
def command(
    session: Session,
    name: str,
    table: str,
    key: str,
    precision_recall: float,
    accuracy_cost: float,
    enforce_labels: bool,
) -> None:
    """
    Make a transform NAME that finds matches in TABLE.

    TABLE is a file or a folder of files, CSV, JSON lines, Parquet or ORC, on disk or at s3://.
    The new transform knows nothing yet: `glueml labels generate` asks what it should learn.
    """
    parameters = {
        "PrimaryKeyColumnName": key,
        "PrecisionRecallTradeoff": precision_recall,
        "AccuracyCostTradeoff": accuracy_cost,
        "EnforceProvidedLabels": enforce_labels,
    }
    click.echo(create_transform(session, name, as_uri(table), parameters))


def create_transform(
    session: Session, name: str, uri: str, find_matches_parameters: dict[str, object]
) -> str:
    """Make the table and the transform; the same call again gives the same TransformId."""
    table = create_table_of_file(session, name, uri)
    answer = session.glue.create_ml_transform(
        Name=name,
        Role="GlueML",
        InputRecordTables=[table],
        Parameters={
            "TransformType": "FIND_MATCHES",
            "FindMatchesParameters": find_matches_parameters,
        },
    )
    return str(answer["TransformId"])
