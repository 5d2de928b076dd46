"""The job `glueml_task_run`: follows a task run that was started through the API."""

from typing import Any

import dagster as dg
from pydantic import Field

from glueml_dagster.assets.stage_run import log_progress
from glueml_dagster.outcomes import outcome
from glueml_dagster.resource import GlueMLResource
from glueml_dagster.stages import GLUE_TASK_TYPES, Stage
from glueml_dagster.task_runs import FollowedRun, follow
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
    waiting = core.store.task_runs.get(config.task_run_id)
    if waiting is not None and waiting.status == "STARTING":
        # Submitted again by a second attempt it finds its owner, and does nothing.
        core.runner.submit(waiting)

    run = FollowedRun(glue, config.transform_id, config.task_run_id, log_progress(core))
    task_run = follow(context, run)
    stage = stage_of(task_run["Properties"]["TaskType"])
    context.log_event(_materialization(stage, glue, core, task_run))


@dg.job(name=TASK_RUN_JOB, executor_def=dg.in_process_executor)
def glueml_task_run() -> None:
    """A task run that was started through the API, with Dagster as the store's runner."""
    follow_task_run()


def _materialization(
    stage: Stage, glue: Any, core: Any, task_run: dict[str, Any]
) -> dg.AssetMaterialization:
    transform_id = task_run["TransformId"]
    name = glue.get_ml_transform(TransformId=transform_id)["Name"]
    return dg.AssetMaterialization(
        asset_key_of(core, transform_id, name, stage), metadata=outcome(stage, glue, core, task_run)
    )
