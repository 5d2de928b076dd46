"""A stage's run: what every asset does around its one call to the service."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, wraps
from inspect import isgeneratorfunction
from typing import TYPE_CHECKING, Any

import dagster as dg

from glueml_dagster.definition import FindMatchesTransform
from glueml_dagster.metadata import GlueMLMetadataSet
from glueml_dagster.resource import GlueMLResource
from glueml_dagster.stages import Stage
from glueml_dagster.task_runs import (
    FollowedRun,
    TaskRun,
    cancelling,
    follow,
    patience,
    start_or_resume,
)

if TYPE_CHECKING:
    from glueml_core.api.core import Core

__all__ = ["StageRun", "find_transform", "log_progress", "stage_asset"]

AssetFunction = Callable[..., Any]


@dataclass(frozen=True)
class StageRun:
    """One materialization of one stage."""

    context: dg.AssetExecutionContext
    glueml: GlueMLResource
    transform: FindMatchesTransform
    stage: Stage

    @cached_property
    def core(self) -> Core | None:
        """The store, where it is embedded."""
        return self.glueml.core() if self.glueml.embedded else None

    @cached_property
    def glue(self) -> Any:
        """The boto3 client."""
        return self.glueml.client(self.core)

    @cached_property
    def transform_id(self) -> str:
        """
        The transform's id.

        Raises:
            dg.Failure: There is no transform of that name yet.
        """
        found = find_transform(self.glue, self.transform.name)
        if found is None:
            raise dg.Failure(
                f"There is no transform named {self.transform.name}; materialize its asset "
                f"`{Stage.TRANSFORM}` first.",
                allow_retries=False,
            )
        return str(found["TransformId"])

    def task_run(self, start: Callable[[], str], **about: str) -> TaskRun:
        """
        Start a task run, or go on with the one this run began, and follow it to its end.

        Args:
            start: Starts a task run and gives its id.
            about: Properties that tell it from others of this stage, such as InputS3Path.
        """
        task_run_id = start_or_resume(
            self.context, self.glue, self.transform_id, self.stage, start, about
        )
        run = FollowedRun(self.glue, self.transform_id, task_run_id, log_progress(self.core))
        with cancelling(self.context, run):
            if self.core is not None:
                self.core.store.task_runs.tie(
                    task_run_id, job_name=self.context.job_name, job_run_id=self.context.run.run_id
                )
            return follow(self.context, run)

    def metadata(self, **numbers: Any) -> dict[str, Any]:
        """What ties a materialization to the transform and to this run, and its numbers."""
        ids = {"transform_id": self.transform_id, "dagster_run_id": self.context.run.run_id}
        return dict(GlueMLMetadataSet(**ids, **numbers))

    def core_for_matching(self) -> Core:
        """
        The store that a match job can run on.

        Raises:
            dg.Failure: There is none: Glue's API has no call that starts such a job.
        """
        if self.core is not None:
            return self.core
        place = "AWS Glue" if self.glueml.aws else "An endpoint"
        raise dg.Failure(
            f"{place} starts no FIND_MATCHES task run: in Glue's API it is the ETL job that does. "
            "Give the resource a `store` to find matches in this process's reach.",
            allow_retries=False,
        )

    def output(self, task_run_id: str) -> Mapping[str, Any]:
        """What the store says that a task run wrote: where its table is, and what it counts."""
        run = self.core_for_matching().store.task_runs.get(task_run_id)
        assert run is not None
        assert run.output is not None
        return run.output


def log_progress(core: Core | None) -> Callable[[str], str]:
    """How far a task run is, in words, as the store knows it; an endpoint tells nothing of it."""

    def progress(task_run_id: str) -> str:
        run = core.store.task_runs.get(task_run_id) if core else None
        return f"{run.progress:.0%} {run.progress_text or ''}".strip() if run else ""

    return progress


def stage_asset(
    spec: dg.AssetSpec,
    transform: FindMatchesTransform,
    check_specs: Sequence[dg.AssetCheckSpec] = (),
) -> Callable[[AssetFunction], dg.AssetsDefinition]:
    """The asset of one stage: one op, drawing from the transform's pool."""

    def asset(function: AssetFunction) -> dg.AssetsDefinition:
        return dg.multi_asset(
            specs=[spec],
            check_specs=check_specs,
            name=spec.key.to_python_identifier(),
            pool=transform.pool,
        )(_patient(function))

    return asset


def _patient(function: AssetFunction) -> AssetFunction:
    if isgeneratorfunction(function):
        # Only match jobs yield, and they have their store in process.
        return function

    @wraps(function)
    def asset(*args: Any, **kwargs: Any) -> Any:
        with patience():
            return function(*args, **kwargs)

    return asset


def find_transform(glue: Any, name: str) -> dict[str, Any] | None:
    """The transform of exactly this name, as GetMLTransforms answers it."""
    return next((found for found in _named(glue, name) if found["Name"] == name), None)


def _named(glue: Any, name: str) -> Iterable[dict[str, Any]]:
    """Transforms whose names match, page by page: botocore has no paginator for them."""
    request: dict[str, Any] = {"Filter": {"Name": name}}
    while True:
        page = glue.get_ml_transforms(**request)
        yield from page["Transforms"]
        if not page.get("NextToken"):
            return
        request["NextToken"] = page["NextToken"]
