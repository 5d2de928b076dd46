"""The asset `matches` where Spark finds them."""

from typing import Any

import dagster as dg

from glueml_dagster.assets.match_result import match_result
from glueml_dagster.assets.stage_run import StageRun, stage_asset
from glueml_dagster.catalog import get_table
from glueml_dagster.definition import Expectations, FindMatchesTransform
from glueml_dagster.match_checks import match_check_specs
from glueml_dagster.resource import GlueMLResource
from glueml_dagster.stages import Stage

__all__ = ["build_spark_matches"]


def build_spark_matches(
    spec: dg.AssetSpec, transform: FindMatchesTransform, expectations: Expectations
) -> dg.AssetsDefinition:
    """
    As `build_matches`, in the Spark session of a resource named `pyspark`.

    That is dagster-pyspark's PySparkResource or LazyPySparkResource, or anything else that has a
    `spark_session`.
    """

    @stage_asset(spec, transform, match_check_specs(spec.key, expectations))
    def matches(
        context: dg.AssetExecutionContext, glueml: GlueMLResource, pyspark: dg.ResourceParam[Any]
    ) -> dg.MaterializeResult:
        from glueml_core.transforms.on_spark import match_table_on_spark

        run = StageRun(context, glueml, transform, Stage.MATCHES)
        core = run.core_for_matching()

        def match() -> str:
            return match_table_on_spark(
                core,
                pyspark.spark_session,
                run.transform_id,
                get_table(run.glue, transform.source),
                transform.path("matches"),
                compute_match_confidence_scores=transform.match_confidence_scores,
                job_name=context.job_name,
                job_run_id=context.run.run_id,
            )

        return match_result(run, run.task_run(match), spec.key, expectations)

    return matches
