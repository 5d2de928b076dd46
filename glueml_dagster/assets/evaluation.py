"""The asset `evaluation`: how good the transform is, with its quality floors."""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg

from glueml_dagster.assets.stage_run import StageRun, stage_asset
from glueml_dagster.definition import Expectations, FindMatchesTransform
from glueml_dagster.metadata import evaluation_numbers
from glueml_dagster.outcomes import metrics_of, outcome
from glueml_dagster.resource import GlueMLResource
from glueml_dagster.stages import Stage

__all__ = ["build_evaluation"]


def build_evaluation(
    spec: dg.AssetSpec, transform: FindMatchesTransform, expectations: Expectations
) -> dg.AssetsDefinition:
    """Evaluate the transform; one check for each metric that has a floor."""
    checks = [
        dg.AssetCheckSpec(
            f"{metric}_floor",
            asset=spec.key,
            blocking=expectations.blocking,
            description=f"The estimated {metric} is at least {floor}.",
        )
        for metric, floor in expectations.floors().items()
    ]

    @stage_asset(spec, transform, checks)
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
            check_results=list(_floor_checks(expectations, numbers)),
        )

    return evaluation


def _floor_checks(
    expectations: Expectations, numbers: Mapping[str, Any]
) -> Iterator[dg.AssetCheckResult]:
    for metric, floor in expectations.floors().items():
        value = numbers.get(metric)
        known = {"floor": floor} if value is None else {"floor": floor, metric: value}
        yield dg.AssetCheckResult(
            check_name=f"{metric}_floor",
            # A metric that the labels cannot tell gives no right to go on.
            passed=value is not None and value >= floor,
            metadata=known,
            description=f"{metric} is {'unknown' if value is None else f'{value:.3f}'}.",
        )
