"""The asset `labeling_set`: a file of records for a person to label."""

import dagster as dg

from glueml_dagster.assets.stage_run import StageRun, stage_asset
from glueml_dagster.assets.written import read_label_table
from glueml_dagster.definition import FindMatchesTransform
from glueml_dagster.outcomes import outcome
from glueml_dagster.resource import GlueMLResource
from glueml_dagster.stages import Stage

__all__ = ["build_labeling_set"]

CHECK = "labeling_set_schema"


def build_labeling_set(spec: dg.AssetSpec, transform: FindMatchesTransform) -> dg.AssetsDefinition:
    """Generate labeling sets into the folder `labeling_sets/`."""
    check = dg.AssetCheckSpec(
        CHECK,
        asset=spec.key,
        blocking=True,
        description="Every record is in a labeling set, once, with all columns of the source.",
    )

    @stage_asset(spec, transform, [check])
    def labeling_set(
        context: dg.AssetExecutionContext, glueml: GlueMLResource
    ) -> dg.MaterializeResult:
        run = StageRun(context, glueml, transform, Stage.LABELING_SET)
        folder = transform.path("labeling_sets")

        def start() -> str:
            answer = run.glue.start_ml_labeling_set_generation_task_run(
                TransformId=run.transform_id, OutputS3Path=folder
            )
            return str(answer["TaskRunId"])

        task_run = run.task_run(start)
        table = read_label_table(run, task_run, folder, "labelset")
        advice = f"Fill in the label column, then drop the file in {transform.path('labels')}."
        return dg.MaterializeResult(
            metadata=run.metadata()
            | outcome(Stage.LABELING_SET, run.glue, run.core, task_run)
            | table.metadata()
            | {"next": advice}
            | _link(glueml.labeling_page(run.transform_id)),
            check_results=[table.check(CHECK, labeled=False)],
        )

    return labeling_set


def _link(page: str | None) -> dict[str, dg.MetadataValue]:
    return {} if page is None else {"labeling_page": dg.MetadataValue.url(page)}
