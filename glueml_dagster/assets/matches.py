"""The asset `matches`: the source's records with the ids of their clusters."""

import dagster as dg

from glueml_dagster.assets.match_result import match_result
from glueml_dagster.assets.spark_matches import build_spark_matches
from glueml_dagster.assets.stage_run import StageRun, stage_asset
from glueml_dagster.catalog import get_table
from glueml_dagster.definition import Expectations, FindMatchesTransform
from glueml_dagster.match_checks import match_check_specs
from glueml_dagster.resource import GlueMLResource
from glueml_dagster.stages import Stage

__all__ = ["build_matches"]


def build_matches(
    spec: dg.AssetSpec, transform: FindMatchesTransform, expectations: Expectations
) -> dg.AssetsDefinition:
    """Find the matches of the source table, into the folder `matches/`."""
    if transform.engine == "spark":
        return build_spark_matches(spec, transform, expectations)

    @stage_asset(spec, transform, match_check_specs(spec.key, expectations))
    def matches(context: dg.AssetExecutionContext, glueml: GlueMLResource) -> dg.MaterializeResult:
        from glueml_core.transforms import start_find_matches

        run = StageRun(context, glueml, transform, Stage.MATCHES)
        core = run.core_for_matching()

        def start() -> str:
            return start_find_matches(
                core,
                run.transform_id,
                transform.path("matches"),
                source=get_table(run.glue, transform.source),
                compute_match_confidence_scores=transform.match_confidence_scores,
                job_name=context.job_name,
                job_run_id=context.run.run_id,
            )

        return match_result(run, run.task_run(start), spec.key, expectations)

    return matches
