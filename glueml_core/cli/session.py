"""What every command needs: a client, the core behind it, a transform's id, readable errors."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import click
from botocore.exceptions import ClientError, ParamValidationError

from glueml_core.errors import GlueError
from glueml_core.settings import Settings, WrongSettingError

if TYPE_CHECKING:
    from glueml_core.store import TaskRun

__all__ = ["Session", "as_uri", "command_of_session"]

P = ParamSpec("P")
R = TypeVar("R")


class Session:
    """One command's way to the API: a boto3 client and the core that answers it."""

    def __init__(self, store: Path | None) -> None:
        from glueml_core.api.core import Core
        from glueml_core.http.inprocess import connect

        settings = Settings.of(store)
        if not settings.file_roots:
            # Whoever types a command may read and write what their shell may.
            settings = settings.model_copy(update={"file_roots": (Path("/"),)})
        self.core = Core.of(settings)
        self.glue = connect(self.core)

    def transform_id(self, name_or_id: str) -> str:
        """The id of the transform that has this name, or this id."""
        named = self.glue.get_ml_transforms(Filter={"Name": name_or_id})["Transforms"]
        exact = [found["TransformId"] for found in named if found["Name"] == name_or_id]
        return exact[0] if exact else name_or_id

    def task_run(self, task_run_id: str) -> TaskRun:
        """The task run of that id, of whichever transform."""
        run = self.core.store.task_runs.get(task_run_id)
        if run is None:
            raise click.ClickException(f"No task run {task_run_id} in {self.core.settings.store}.")
        return run

    def cancel(self, task_run_id: str) -> str:
        """Ask a task run to stop; its status after that."""
        run = self.task_run(task_run_id)
        answer = self.glue.cancel_ml_task_run(TransformId=run.transform_id, TaskRunId=run.id)
        return str(answer["Status"])


def command_of_session(function: Callable[Concatenate[Session, P], R]) -> Callable[P, R]:
    """Give a command its `Session`, and turn what the user can act on into one line."""

    @wraps(function)
    @click.pass_context
    def wrapped(ctx: click.Context, /, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(Session(ctx.find_root().obj), *args, **kwargs)
        except GlueError as error:
            raise click.ClickException(f"{error.code}: {error}") from error
        except ClientError as error:
            raise click.ClickException(_one_line(error.response["Error"])) from error
        except (ParamValidationError, WrongSettingError) as error:
            raise click.ClickException(str(error)) from error

    return wrapped


def _one_line(error: dict[str, Any]) -> str:
    return f"{error['Code']}: {error['Message']}"


def as_uri(path: str) -> str:
    """A path as people type it, as the URI that the API takes."""
    return path if "://" in path else Path(path).absolute().as_uri()
