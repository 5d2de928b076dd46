"""The asset `labels_export`: all labels in one file, and whether they agree."""

from typing import TYPE_CHECKING, Any

import dagster as dg

from glueml_dagster.assets.stage_run import StageRun, stage_asset
from glueml_dagster.assets.written import read_label_table
from glueml_dagster.definition import FindMatchesTransform
from glueml_dagster.metadata import records_table
from glueml_dagster.outcomes import outcome
from glueml_dagster.resource import GlueMLResource
from glueml_dagster.stages import Stage

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["build_labels_export", "labels_agree"]


def build_labels_export(spec: dg.AssetSpec, transform: FindMatchesTransform) -> dg.AssetsDefinition:
    """Export the labels into the folder `labels_export/`."""
    described = {
        "labels_schema": "Every record is once in its labeling set, with a label.",
        "labels_agree": "No two records match in one labeling set and differ in another.",
    }
    checks = [
        dg.AssetCheckSpec(name, asset=spec.key, description=description)
        for name, description in described.items()
    ]

    @stage_asset(spec, transform, checks)
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
        table = read_label_table(run, task_run, folder, "labels")
        return dg.MaterializeResult(
            metadata=run.metadata()
            | outcome(Stage.LABELS_EXPORT, run.glue, run.core, task_run)
            | table.metadata(),
            check_results=[
                table.check("labels_schema", labeled=True),
                labels_agree(table.rows, transform.primary_key),
            ],
        )

    return labels_export


def labels_agree(labels: "pd.DataFrame", primary_key: str) -> dg.AssetCheckResult:
    """
    Whether any labeling sets contradict each other.

    Args:
        labels: A label file's rows: `labeling_set_id`, `label` and the primary key.
        primary_key: Which column identifies a record.
    """
    from glueml_core.matching import contradicted_pairs

    known = labels[["labeling_set_id", primary_key, "label"]].astype(str)
    found = contradicted_pairs(known.rename(columns={primary_key: "record_id"}))
    metadata: dict[str, Any] = {"contradictions": len(found), "pairs": records_table(found)}
    return dg.AssetCheckResult(
        check_name="labels_agree",
        passed=found.empty,
        # The last import wins, so matching can go on.
        severity=dg.AssetCheckSeverity.WARN,
        metadata=metadata,
    )
