"""Outcomes: what a task run that succeeded has to show, whoever started it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import dagster as dg

from glueml_dagster.metadata import GlueMLMetadataSet, evaluation_numbers, importance_bars
from glueml_dagster.pictures import evaluation_pictures
from glueml_dagster.stages import Stage

if TYPE_CHECKING:
    from glueml_core.api.core import Core

__all__ = ["metrics_of", "outcome", "run_metadata"]

Metadata = dict[str, Any]


def outcome(stage: Stage, glue: Any, core: Core | None, task_run: Mapping[str, Any]) -> Metadata:
    """
    The metadata of a task run's materialization.

    Args:
        stage: Which asset it is of.
        glue: A boto3 client.
        core: The store, where it is embedded; it knows more than the API tells.
        task_run: As GetMLTaskRun answers it.
    """
    transform = glue.get_ml_transform(TransformId=task_run["TransformId"])
    numbers: Metadata = {"label_count": transform["LabelCount"]}
    shown: Metadata = {}
    if stage is Stage.EVALUATION:
        metrics = metrics_of(transform)
        numbers |= evaluation_numbers(metrics)
        bars = importance_bars(metrics.get("ColumnImportances", []))
        shown |= _evaluation_detail(core, task_run["TransformId"])
        shown["column_importances"] = dg.MetadataValue.md(bars)
    else:
        shown |= _paths(task_run)
    return {**shown, "status": transform["Status"], **run_metadata(task_run, **numbers)}


def run_metadata(task_run: Mapping[str, Any], **numbers: Any) -> Metadata:
    """What ties a materialization to its task run, and its numbers."""
    return dict(
        GlueMLMetadataSet(
            transform_id=task_run["TransformId"],
            task_run_id=task_run["TaskRunId"],
            seconds=float(task_run.get("ExecutionTime", 0)),
            **numbers,
        )
    )


def metrics_of(transform: Mapping[str, Any]) -> Mapping[str, Any]:
    """FindMatchesMetrics of a transform as GetMLTransform answers it; empty if unknown."""
    found: Mapping[str, Any] = transform.get("EvaluationMetrics", {}).get("FindMatchesMetrics", {})
    return found


def _evaluation_detail(core: Core | None, transform_id: str) -> Metadata:
    """What our own evaluation knows beyond Glue's metrics."""
    if core is None:
        return {}
    detail = core.store.transforms.get(transform_id).evaluation_detail
    if detail is None:
        return {}
    try:
        return {
            **evaluation_pictures(detail),
            "intervals": _intervals(detail),
            "advice": detail["advice"]["reason"],
        }
    except (LookupError, TypeError, ValueError):
        # A server of another release measured; what Glue's own metrics tell is shown all the same.
        return {}


def _intervals(detail: Mapping[str, Any]) -> dg.TableMetadataValue:
    """Each metric with the ends of its 95 % interval."""
    rows = [
        _interval(name, {"value": detail[name], "low": low, "high": high})
        for name, (low, high) in detail["intervals"].items()
        if detail.get(name) is not None
    ]
    rows += [_interval(f"clusters' {name}", share) for name, share in detail["clusters"].items()]
    columns = [dg.TableColumn("metric", "string")]
    columns += [dg.TableColumn(name, "float") for name in ("value", "low", "high")]
    return dg.MetadataValue.table(
        [dg.TableRecord(row) for row in rows], schema=dg.TableSchema(columns)
    )


def _interval(metric: str, share: Mapping[str, float]) -> dict[str, Any]:
    return {"metric": metric} | {name: round(value, 3) for name, value in share.items()}


def _paths(task_run: Mapping[str, Any]) -> Metadata:
    """The paths among a task run's properties, such as OutputS3Path."""
    structures = [part for part in task_run["Properties"].values() if isinstance(part, dict)]
    return {
        name: dg.MetadataValue.path(value)
        for part in structures
        for name, value in part.items()
        if name.endswith("Path")
    }
