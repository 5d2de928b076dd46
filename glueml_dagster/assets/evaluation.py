"""The asset `evaluation`: how good the transform is, with its quality floors."""

import dagster as dg

from glueml_dagster.assets.stage_run import StageRun, stage_asset
from glueml_dagster.definition import Expectations, FindMatchesTransform
from glueml_dagster.metadata import evaluation_numbers
from glueml_dagster.outcomes import metrics_of, outcome
from glueml_dagster.quality_checks import floor_check_specs, floor_checks
from glueml_dagster.resource import GlueMLResource
from glueml_dagster.stages import Stage

__all__ = ["build_evaluation"]


def build_evaluation(
    spec: dg.AssetSpec, transform: FindMatchesTransform, expectations: Expectations
) -> dg.AssetsDefinition:
    """Evaluate the transform; one check for each metric that has a floor."""

    @stage_asset(spec, transform, floor_check_specs(spec.key, expectations))
    def evaluation(
        context: dg.AssetExecutionContext, glueml: GlueMLResource
    ) -> dg.MaterializeResult:
        run = StageRun(context, glueml, transform, Stage.EVALUATION)

        def start() -> str:
            answer = run.glue.start_ml_evaluation_task_run(TransformId=run.transform_id)
            return str(answer["TaskRunId"])

        task_run = run.task_run(start)
        transform_now = run.glue.get_ml_transform(TransformId=run.transform_id)
        numbers = evaluation_numbers(metrics_of(transform_now))
        return dg.MaterializeResult(
            metadata=outcome(Stage.EVALUATION, run.glue, run.core, task_run) | run.metadata(),
            check_results=list(floor_checks(expectations, numbers)),
        )

    return evaluation
