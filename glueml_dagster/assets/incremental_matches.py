"""The asset `incremental_matches`: new records among those matched before, old ids kept."""

from collections.abc import Iterator

import dagster as dg

from glueml_dagster.assets.match_result import match_result
from glueml_dagster.assets.record_checks import check_records
from glueml_dagster.assets.stage_run import StageRun, stage_asset
from glueml_dagster.catalog import crawl_source, get_table
from glueml_dagster.definition import Expectations, FindMatchesTransform
from glueml_dagster.match_checks import match_check_specs
from glueml_dagster.resource import GlueMLResource
from glueml_dagster.stages import Stage

__all__ = ["build_incremental_matches"]

CHECK = "new_records"


def build_incremental_matches(
    spec: dg.AssetSpec,
    transform: FindMatchesTransform,
    expectations: Expectations,
    matches_key: dg.AssetKey,
) -> dg.AssetsDefinition:
    """Match the table of new records with the last matches, into `incremental_matches/`."""
    assert transform.incremental is not None
    new_records = transform.incremental

    check = dg.AssetCheckSpec(
        CHECK,
        asset=spec.key,
        blocking=True,
        description="New records have their columns, and their primary key is unique and not null.",
    )

    @stage_asset(spec, transform, [check, *match_check_specs(spec.key, expectations)])
    def incremental_matches(
        context: dg.AssetExecutionContext, glueml: GlueMLResource
    ) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult]:
        from glueml_core.transforms import start_find_matches

        run = StageRun(context, glueml, transform, Stage.INCREMENTAL_MATCHES)
        core = run.core_for_matching()
        crawl_source(run.glue, new_records, core.settings)
        source = get_table(run.glue, new_records)
        checked = check_records(run, source, CHECK)
        yield checked
        if not checked.passed:
            raise dg.Failure(f"Nothing was matched. {checked.description}", allow_retries=False)

        def start() -> str:
            return start_find_matches(
                core,
                run.transform_id,
                transform.path("incremental_matches"),
                source=source,
                existing=_last_matches(context, matches_key),
                compute_match_confidence_scores=transform.match_confidence_scores,
                new_records_only=transform.new_records_only,
                job_name=context.job_name,
                job_run_id=context.run.run_id,
            )

        yield match_result(run, run.task_run(start), spec.key, expectations)

    return incremental_matches


def _last_matches(context: dg.AssetExecutionContext, key: dg.AssetKey) -> str:
    """
    The file that the asset of matches wrote last.

    Raises:
        dg.Failure: It has not been materialized.
    """
    event = context.instance.get_latest_materialization_event(key)
    if event is None or event.asset_materialization is None:
        raise dg.Failure(f"Materialize {key.to_user_string()} first.", allow_retries=False)
    return str(event.asset_materialization.metadata["file"].value)
