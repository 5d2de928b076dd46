"""The asset `transform`: the transform in Glue, made to match its definition."""

from collections.abc import Mapping
from typing import Any

import dagster as dg

from glueml_dagster.assets.record_checks import check_records
from glueml_dagster.assets.stage_run import StageRun, find_transform, stage_asset
from glueml_dagster.catalog import catalog_columns, crawl_source, get_table
from glueml_dagster.definition import FindMatchesTransform
from glueml_dagster.metadata import column_schema, markdown_rows
from glueml_dagster.pools import keep_pool_limit, service_limit
from glueml_dagster.records import settings_of
from glueml_dagster.resource import GlueMLResource
from glueml_dagster.stages import Stage
from glueml_dagster.transform_tags import ASSET_PREFIX_TAG

__all__ = ["build_transform"]


def build_transform(spec: dg.AssetSpec, transform: FindMatchesTransform) -> dg.AssetsDefinition:
    """Create or update the transform; check its source against it before anything is done."""
    checks = [
        dg.AssetCheckSpec(
            "source_records",
            asset=spec.key,
            blocking=True,
            description="The source has its columns, and its primary key is unique and not null.",
        ),
        dg.AssetCheckSpec(
            "schema_drift",
            asset=spec.key,
            blocking=True,
            description="The source's columns are still those the transform was created with.",
        ),
    ]

    @stage_asset(spec, transform, checks)
    def transform_(
        context: dg.AssetExecutionContext, glueml: GlueMLResource
    ) -> dg.MaterializeResult:
        run = StageRun(context, glueml, transform, Stage.TRANSFORM)
        if crawl_source(run.glue, transform.source, settings_of(glueml)):
            context.log.info("Wrote the source table to the Data Catalog.")
        changes = _create_or_update(run, spec.key)
        found = run.glue.get_ml_transform(TransformId=run.transform_id)
        table = get_table(run.glue, transform.source)
        limit = keep_pool_limit(context.instance, transform.pool, service_limit(run.core))
        return dg.MaterializeResult(
            metadata=run.metadata(label_count=found["LabelCount"])
            | {
                "status": found["Status"],
                "runs_at_a_time": limit,
                "changes": dg.MetadataValue.md(_changes_table(changes)),
                "dagster/column_schema": column_schema(found["Schema"], transform.primary_key),
            },
            check_results=[
                check_records(run, table, "source_records"),
                _check_drift(found["Schema"], catalog_columns(table)),
            ],
        )

    return transform_


def _create_or_update(run: StageRun, key: dg.AssetKey) -> dict[str, tuple[Any, Any]]:
    """
    Make the transform what it should be.

    Returns:
        For each member that changed its value before and after.
    """
    request = run.transform.create_request()
    found = find_transform(run.glue, run.transform.name)
    if found is None:
        request["Tags"] = request["Tags"] | {ASSET_PREFIX_TAG: "/".join(key.path[:-1])}
        run.glue.create_ml_transform(**request)
        wanted = _flat(run.transform.update_request())
        return {member: (None, value) for member, value in wanted.items()}

    _refuse_other_table(found, request)
    wanted = _flat(run.transform.update_request())
    before = _flat(found)
    changes = {
        member: (before.get(member), value)
        for member, value in wanted.items()
        if before.get(member) != value
    }
    if changes:
        run.glue.update_ml_transform(
            TransformId=found["TransformId"], **run.transform.update_request()
        )
    return changes


def _refuse_other_table(found: Mapping[str, Any], request: Mapping[str, Any]) -> None:
    (table,) = request["InputRecordTables"]
    (before,) = found["InputRecordTables"]
    if all(before[member] == value for member, value in table.items()):
        return
    raise dg.Failure(
        f"Transform {found['Name']} was created for the table {before['DatabaseName']}."
        f"{before['TableName']}, and Glue cannot change that. Delete the transform, or give the "
        "definition another name.",
        allow_retries=False,
    )


def _flat(members: Mapping[str, Any]) -> dict[str, Any]:
    """The members of a request or an answer, those of FindMatchesParameters among them."""
    flat = {name: value for name, value in members.items() if name != "Parameters"}
    flat.update(members["Parameters"]["FindMatchesParameters"])
    return flat


def _changes_table(changes: Mapping[str, tuple[Any, Any]]) -> str:
    if not changes:
        return "Nothing has changed."
    rows = [(member, before, after) for member, (before, after) in changes.items()]
    return markdown_rows(["member", "before", "after"], rows)


def _check_drift(
    schema: list[dict[str, str]], columns: list[dict[str, str]]
) -> dg.AssetCheckResult:
    then = {column["Name"]: column["DataType"] for column in schema}
    now = {column["Name"]: column["DataType"] for column in columns}
    differing = [
        (name, then.get(name), now.get(name))
        for name in dict.fromkeys([*then, *now])
        if then.get(name) != now.get(name)
    ]
    table = markdown_rows(["column", "at creation", "now"], differing)
    return dg.AssetCheckResult(
        check_name="schema_drift",
        passed=not differing,
        metadata={"columns": len(now), "differences": dg.MetadataValue.md(table)},
    )
