"""The task run sensor: what was started outside of Dagster shows on the assets' pages too."""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg

from glueml_dagster.assets.stage_run import find_transform
from glueml_dagster.definition import FindMatchesTransform
from glueml_dagster.outcomes import outcome, run_metadata
from glueml_dagster.resource import GlueMLResource
from glueml_dagster.sensors.finished_runs import finished_since
from glueml_dagster.stages import GLUE_TASK_TYPES, Stage
from glueml_dagster.task_runs import task_run_tag

__all__ = ["build_task_run_sensor"]

_STAGES = {
    kind: stage for stage, kind in GLUE_TASK_TYPES.items() if stage is not Stage.INCREMENTAL_MATCHES
}

# A Dagster run that failed may have died before the task run's end.
_TELLING = [
    status
    for status in dg.DagsterRunStatus
    if status not in (dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED)
]


def build_task_run_sensor(
    transform: FindMatchesTransform,
    keys: Mapping[Stage, dg.AssetKey],
    *,
    name: str | None = None,
    minimum_interval_seconds: int = 60,
    default_status: dg.DefaultSensorStatus = dg.DefaultSensorStatus.STOPPED,
) -> dg.SensorDefinition:
    """
    Report each task run that no Dagster run followed: a materialization if it succeeded, else an
    observation that says how it ended.

    Args:
        transform: Whose task runs they are.
        keys: The asset of each stage.
        name: Of the sensor; unset: `task_runs_<transform>`.
        minimum_interval_seconds: Between two ticks.
        default_status: Whether the sensor is on when it is first loaded.
    """

    @dg.sensor(
        name=name or f"task_runs_{transform.slug}",
        minimum_interval_seconds=minimum_interval_seconds,
        default_status=default_status,
        description=f"Reports task runs of {transform.name} that were started through the API.",
    )
    def task_runs(
        context: dg.SensorEvaluationContext, glueml: GlueMLResource
    ) -> dg.SensorResult | dg.SkipReason:
        core = glueml.core() if glueml.embedded else None
        glue = glueml.client(core)
        found = find_transform(glue, transform.name)
        if found is None:
            return dg.SkipReason(f"There is no transform named {transform.name} yet.")

        finished = finished_since(context.cursor, glue, found["TransformId"])
        events = [
            event
            for run in finished.new
            for event in _events(context.instance, keys, glue, core, run)
        ]
        return dg.SensorResult(asset_events=events, cursor=finished.cursor)

    return task_runs


def _events(
    instance: dg.DagsterInstance,
    keys: Mapping[Stage, dg.AssetKey],
    glue: Any,
    core: Any,
    run: dict[str, Any],
) -> Iterator[dg.AssetMaterialization | dg.AssetObservation]:
    stage = _STAGES[run["Properties"]["TaskType"]]
    if stage not in keys or _was_followed(instance, run["TaskRunId"], stage):
        return
    if _was_reported(instance, keys[stage], run["TaskRunId"]):
        return
    if run["Status"] == "SUCCEEDED":
        metadata = outcome(stage, glue, core, run)
        yield dg.AssetMaterialization(keys[stage], metadata=metadata)
        return
    ended = {"glueml/status": run["Status"], "glueml/reason": run.get("ErrorString", "")}
    yield dg.AssetObservation(keys[stage], metadata=run_metadata(run) | ended)


def _was_followed(instance: dg.DagsterInstance, task_run_id: str, stage: Stage) -> bool:
    """Whether a Dagster run follows it or has told its end, also for incremental matches."""
    stages = {stage} | ({Stage.INCREMENTAL_MATCHES} if stage is Stage.MATCHES else set())
    filters = (
        dg.RunsFilter(tags=task_run_tag(task_run_id, each), statuses=_TELLING) for each in stages
    )
    return any(instance.get_runs_count(each) for each in filters)


def _was_reported(instance: dg.DagsterInstance, key: dg.AssetKey, task_run_id: str) -> bool:
    """Whether a tick whose cursor was lost has reported it already."""
    last = instance.fetch_materializations(key, limit=100).records
    seen = [record.asset_materialization for record in last]
    values = (event.metadata.get("glueml/task_run_id") for event in seen if event)
    return any(value is not None and value.value == task_run_id for value in values)
