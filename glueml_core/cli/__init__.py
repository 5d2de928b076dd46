"""`glueml`, the command: a transform's whole life from a terminal."""

from __future__ import annotations

import importlib
from pathlib import Path

import click

__all__ = ["main"]

# Each command is a module of its own, imported when it is asked for: `glueml --help` is quick.
COMMANDS = {
    "demo": "demo",
    "create": "create",
    "labels": "labels",
    "evaluate": "evaluate",
    "find-matches": "find_matches",
    "status": "status",
    "cancel": "cancel",
    "serve": "serve",
}


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command = importlib.import_module(f"{__name__}.{COMMANDS[name]}").command
        assert isinstance(command, click.Command)
        return command


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="glueml")
@click.option(
    "--store",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="GLUEML_HOME",
    help="Folder that keeps transforms, labels and history. [default: $GLUEML_HOME, else .glueml]",
)
@click.pass_context
def main(ctx: click.Context, store: Path | None) -> None:
    """
    Find the records that mean the same thing, having been taught by example.

    \b
    The usual way:
      glueml create people people.csv --key person_id   a transform for a table
      glueml labels generate people --to labels/        records to label
      …  fill the `label` column in a spreadsheet …
      glueml labels import people labels/….csv          teach
      glueml evaluate people                            how good is it?
      glueml find-matches people --to matches/          the answer

    `glueml demo` does all of it on 5,000 made-up people.
    """  # noqa: D301
    ctx.obj = store
