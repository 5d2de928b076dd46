"""The labeling set sensor: tells people, or hands on, that there is something to label."""

from collections.abc import Callable, Mapping
from typing import Any

import dagster as dg

from glueml_dagster.assets.stage_run import find_transform
from glueml_dagster.definition import FindMatchesTransform
from glueml_dagster.resource import GlueMLResource
from glueml_dagster.sensors.finished_runs import finished_since

__all__ = ["build_labeling_set_sensor"]

Notify = Callable[[dg.SensorEvaluationContext, Mapping[str, Any]], None]


def build_labeling_set_sensor(
    transform: FindMatchesTransform,
    *,
    target: dg.AssetSelection | dg.JobDefinition | None = None,
    notify: Notify | None = None,
    name: str | None = None,
    minimum_interval_seconds: int = 60,
    default_status: dg.DefaultSensorStatus = dg.DefaultSensorStatus.STOPPED,
) -> dg.SensorDefinition:
    """
    See every finished labeling set once, whoever asked for it.

    Args:
        transform: Whose labeling sets they are.
        target: Launched for each set, with the tags `glueml/task_run_id` and
            `glueml/labeling_set_folder`.
        notify: Called for each set with the task run as GetMLTaskRun answers it; called again at
            the next tick if it raises.
        name: Of the sensor; unset: `labeling_sets_<transform>`.
        minimum_interval_seconds: Between two ticks.
        default_status: Whether the sensor is on when it is first loaded.
    """

    @dg.sensor(
        name=name or f"labeling_sets_{transform.slug}",
        target=target,
        minimum_interval_seconds=minimum_interval_seconds,
        default_status=default_status,
        description=f"Sees the labeling sets of {transform.name} that are ready to be labeled.",
    )
    def labeling_sets(
        context: dg.SensorEvaluationContext, glueml: GlueMLResource
    ) -> dg.SensorResult | dg.SkipReason:
        glue = glueml.client()
        found = find_transform(glue, transform.name)
        if found is None:
            return dg.SkipReason(f"There is no transform named {transform.name} yet.")

        finished = finished_since(context.cursor, glue, found["TransformId"])
        sets = [run for run in finished.new if _is_labeling_set(run)]
        if notify is not None:
            for run in sets:
                notify(context, run)
        requests = [_request(run) for run in sets if target is not None]
        return dg.SensorResult(run_requests=requests, cursor=finished.cursor)

    return labeling_sets


def _is_labeling_set(run: Mapping[str, Any]) -> bool:
    kind = run["Properties"]["TaskType"]
    return bool(kind == "LABELING_SET_GENERATION" and run["Status"] == "SUCCEEDED")


def _request(run: Mapping[str, Any]) -> dg.RunRequest:
    properties = run["Properties"]["LabelingSetGenerationTaskRunProperties"]
    return dg.RunRequest(
        run_key=run["TaskRunId"],
        tags={
            "glueml/task_run_id": run["TaskRunId"],
            "glueml/labeling_set_folder": properties["OutputS3Path"],
        },
    )
