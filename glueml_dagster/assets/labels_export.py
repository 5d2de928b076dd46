"""The asset `labels_export`: all labels in one file, and whether they agree."""

from typing import TYPE_CHECKING, Any

import dagster as dg

from glueml_dagster.assets.stage_run import StageRun, stage_asset
from glueml_dagster.contradictions import contradictions
from glueml_dagster.definition import FindMatchesTransform
from glueml_dagster.metadata import records_table
from glueml_dagster.outcomes import outcome
from glueml_dagster.records import newest_file, read_files, settings_of
from glueml_dagster.resource import GlueMLResource
from glueml_dagster.stages import Stage

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["build_labels_export"]


def build_labels_export(spec: dg.AssetSpec, transform: FindMatchesTransform) -> dg.AssetsDefinition:
    """Export the labels into the folder `labels_export/`."""
    check = dg.AssetCheckSpec(
        "labels_agree",
        asset=spec.key,
        description="No two records match in one labeling set and differ in another.",
    )

    @stage_asset(spec, transform, [check])
    def labels_export(
        context: dg.AssetExecutionContext, glueml: GlueMLResource
    ) -> dg.MaterializeResult:
        run = StageRun(context, glueml, transform, Stage.LABELS_EXPORT)
        folder = transform.path("labels_export")

        def start() -> str:
            answer = run.glue.start_export_labels_task_run(
                TransformId=run.transform_id, OutputS3Path=folder
            )
            return str(answer["TaskRunId"])

        task_run = run.task_run(start)
        file, labels = _read(run, folder)
        return dg.MaterializeResult(
            metadata=run.metadata()
            | outcome(Stage.LABELS_EXPORT, run.glue, run.core, task_run)
            | {
                "file": dg.MetadataValue.path(file),
                "labels": records_table(labels),
                "dagster/row_count": len(labels),
            },
            check_results=[_check(labels, transform.primary_key)],
        )

    return labels_export


def _read(run: StageRun, folder: str) -> "tuple[str, pd.DataFrame]":
    settings = settings_of(run.glueml)
    file = newest_file(folder, f"{run.transform_id}_labels_", settings)
    columns = ["labeling_set_id", "label", run.transform.primary_key]
    return file, read_files(file, columns, settings)


def _check(labels: "pd.DataFrame", primary_key: str) -> dg.AssetCheckResult:
    found = contradictions(labels, primary_key)
    metadata: dict[str, Any] = {"contradictions": len(found), "pairs": records_table(found)}
    return dg.AssetCheckResult(
        check_name="labels_agree",
        passed=found.empty,
        # The last import wins, so matching can go on.
        severity=dg.AssetCheckSeverity.WARN,
        metadata=metadata,
    )
