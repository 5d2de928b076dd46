"""Views: transforms and task runs in the API's form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from glueml_core.store import MLTransform, TaskRun

__all__ = ["task_run_view", "transform_view"]

# The structure that holds the properties of each task type; an evaluation has none.
PROPERTIES_MEMBER = {
    "LABELING_SET_GENERATION": "LabelingSetGenerationTaskRunProperties",
    "IMPORT_LABELS": "ImportLabelsTaskRunProperties",
    "EXPORT_LABELS": "ExportLabelsTaskRunProperties",
    "FIND_MATCHES": "FindMatchesTaskRunProperties",
}


def transform_view(transform: MLTransform) -> dict[str, Any]:
    """A transform as GetMLTransform and GetMLTransforms answer it; None is for leaving out."""
    return {
        "TransformId": transform.id,
        "Name": transform.name,
        "Description": transform.description,
        "Status": transform.status,
        "CreatedOn": transform.created_on,
        "LastModifiedOn": transform.last_modified_on,
        "InputRecordTables": transform.input_record_tables,
        "Parameters": _parameters_view(transform),
        "EvaluationMetrics": transform.evaluation_metrics,
        "LabelCount": transform.label_count,
        "Schema": transform.schema,
        "Role": transform.role,
        "GlueVersion": transform.glue_version,
        "MaxCapacity": transform.max_capacity,
        "WorkerType": transform.worker_type,
        "NumberOfWorkers": transform.number_of_workers,
        "Timeout": transform.timeout_minutes,
        "MaxRetries": transform.max_retries,
        "TransformEncryption": transform.encryption,
    }


def _parameters_view(transform: MLTransform) -> dict[str, Any]:
    return {
        "TransformType": transform.transform_type,
        "FindMatchesParameters": {
            "PrimaryKeyColumnName": transform.primary_key_column,
            "PrecisionRecallTradeoff": transform.precision_recall_tradeoff,
            "AccuracyCostTradeoff": transform.accuracy_cost_tradeoff,
            "EnforceProvidedLabels": transform.enforce_provided_labels,
        },
    }


def task_run_view(run: TaskRun) -> dict[str, Any]:
    """A task run as GetMLTaskRun and GetMLTaskRuns answer it; None is for leaving out."""
    properties: dict[str, Any] = {"TaskType": run.task_type}
    if run.task_type in PROPERTIES_MEMBER:
        properties[PROPERTIES_MEMBER[run.task_type]] = run.properties
    return {
        "TransformId": run.transform_id,
        "TaskRunId": run.id,
        "Status": run.status,
        "LogGroupName": run.log_group_name,
        "Properties": properties,
        "ErrorString": run.error_string,
        "StartedOn": run.started_on,
        "LastModifiedOn": run.last_modified_on,
        "CompletedOn": run.completed_on,
        "ExecutionTime": run.execution_time_s,
    }
