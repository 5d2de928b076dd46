"""Schedules: evaluation as often as a cron line says."""

from __future__ import annotations

import dagster as dg

from glueml_dagster.definition import FindMatchesTransform

__all__ = ["build_evaluation_schedule"]


def build_evaluation_schedule(
    transform: FindMatchesTransform,
    evaluation_key: dg.AssetKey,
    cron_schedule: str,
    *,
    execution_timezone: str | None = None,
    default_status: dg.DefaultScheduleStatus = dg.DefaultScheduleStatus.STOPPED,
) -> dg.ScheduleDefinition:
    """Evaluate a transform on a schedule, whether or not its labels changed."""
    return dg.ScheduleDefinition(
        name=f"evaluation_{transform.slug}",
        target=dg.AssetSelection.assets(evaluation_key),
        cron_schedule=cron_schedule,
        execution_timezone=execution_timezone,
        default_status=default_status,
        description=f"Estimates the quality of {transform.name}.",
    )
