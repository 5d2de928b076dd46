"""The job `glueml_task_run`: follows a task run that was started through the API."""

from typing import Any

import dagster as dg
from pydantic import Field

from glueml_core.tasks.runner import ProcessRunner
from glueml_dagster.assets.stage_run import log_progress
from glueml_dagster.metadata import GlueMLMetadataSet
from glueml_dagster.outcomes import outcome
from glueml_dagster.resource import GlueMLResource
from glueml_dagster.stages import GLUE_TASK_TYPES, Stage
from glueml_dagster.task_runs import FollowedRun, cancelling, follow
from glueml_dagster.transform_tags import asset_key_of

__all__ = ["OP", "TASK_RUN_JOB", "TaskRunConfig", "glueml_task_run", "stage_of"]

TASK_RUN_JOB = "glueml_task_run"
OP = "follow_task_run"


class TaskRunConfig(dg.Config):
    """Which task run to work on."""

    transform_id: str
    task_run_id: str
    store: str | None = Field(
        default=None, description="Its store, where the resource names no other."
    )


def stage_of(task_type: str) -> Stage:
    """The stage whose asset a task run of a type materializes."""
    return next(stage for stage, kind in GLUE_TASK_TYPES.items() if kind == task_type)


@dg.op(name=OP)
def follow_task_run(
    context: dg.OpExecutionContext, glueml: GlueMLResource, config: TaskRunConfig
) -> None:
    """Have a task run done, and materialize its transform's asset when it has succeeded."""
    if config.store is not None:
        glueml = GlueMLResource(store=config.store)
    core = glueml.core()
    glue = glueml.client(core)
    run = FollowedRun(glue, config.transform_id, config.task_run_id, log_progress(core))
    with cancelling(context, run):
        core.store.task_runs.tie(
            config.task_run_id, job_name=context.job_name, job_run_id=context.run_id
        )
        found = core.store.task_runs.get(config.task_run_id)
        if found is not None and found.is_active:
            # One that an earlier Dagster run began has an owner, and is left to it while it lives.
            ProcessRunner(core.settings, core.store).take_over(found)
        task_run = follow(context, run)
    stage = stage_of(task_run["Properties"]["TaskType"])
    context.log_event(_materialization(stage, glue, core, task_run, context.run_id))


@dg.job(name=TASK_RUN_JOB, executor_def=dg.in_process_executor)
def glueml_task_run() -> None:
    """A task run that was started through the API, with Dagster as the store's runner."""
    follow_task_run()


def _materialization(
    stage: Stage, glue: Any, core: Any, task_run: dict[str, Any], run_id: str
) -> dg.AssetMaterialization:
    transform_id = task_run["TransformId"]
    name = glue.get_ml_transform(TransformId=transform_id)["Name"]
    followed_by = dict(GlueMLMetadataSet(dagster_run_id=run_id))
    return dg.AssetMaterialization(
        asset_key_of(core, transform_id, name, stage),
        metadata=outcome(stage, glue, core, task_run) | followed_by,
    )
