"""`glueml find-matches`: a table in, the same table with `match_id` out."""

from __future__ import annotations

from typing import Any

import click

from glueml_core.cli.following import follow, written_uri
from glueml_core.cli.session import Session, as_uri, command_of_session

__all__ = ["command", "find_matches"]


@click.command("find-matches")
@click.argument("transform")
@click.option("--to", "output", required=True, help="File or folder, or s3:// path, to write.")
@click.option("--from", "source", help="Match this file or folder instead of TRANSFORM's table.")
@click.option("--existing", help="Matched output; the records of --from are added to it.")
@click.option("--new-only", is_flag=True, help="Write the records of --from without the existing.")
@click.option("--confidence", is_flag=True, help="Add match_confidence_score, one per cluster.")
@click.option("--remove-duplicates", is_flag=True, help="Keep one record of each cluster.")
@command_of_session
def command(
    session: Session,
    transform: str,
    output: str,
    source: str | None,
    existing: str | None,
    new_only: bool,
    confidence: bool,
    remove_duplicates: bool,
) -> None:
    """
    Find the matching records in TRANSFORM's table.

    All rows and columns come back unchanged, with `match_id`: the same number, the same thing.
    With --existing, records matched before keep their match_id, and new ones join them or get
    one of their own. With --new-only, the output has the new ones alone, and the time it takes is
    theirs; in the folder of --existing it becomes a part of that table.
    """
    uri = find_matches(
        session,
        session.transform_id(transform),
        as_uri(output),
        source=as_uri(source) if source else None,
        existing=as_uri(existing) if existing else None,
        compute_match_confidence_scores=confidence,
        remove_duplicates=remove_duplicates,
        new_records_only=new_only,
    )
    click.echo(uri)


def find_matches(session: Session, transform_id: str, output: str, **choices: Any) -> str:
    """Run the job to its end; `choices` as `start_find_matches` takes them. The file's URI."""
    from glueml_core.transforms import start_find_matches

    task_run_id = start_find_matches(
        session.core, transform_id, output, job_name="glueml find-matches", **choices
    )
    run = follow(session, task_run_id, "Finding matches")
    return written_uri(run)
