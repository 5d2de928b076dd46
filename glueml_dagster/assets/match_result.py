"""The match result: what both assets of matches tell about the table they wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dagster as dg

from glueml_dagster.assets.stage_run import StageRun
from glueml_dagster.definition import Expectations
from glueml_dagster.match_checks import MatchNumbers, match_checks
from glueml_dagster.metadata import column_schema, markdown_table
from glueml_dagster.outcomes import outcome
from glueml_dagster.pictures import cluster_size_pictures
from glueml_dagster.records import read_files, settings_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["match_result"]

SAMPLE_CLUSTERS = 5


def match_result(
    run: StageRun,
    task_run: dict[str, Any],
    key: dg.AssetKey,
    expectations: Expectations,
) -> dg.MaterializeResult:
    """Read the matches back, count, draw and check them."""
    schema = run.glue.get_ml_transform(TransformId=run.transform_id)["Schema"]
    added = {"match_id": "bigint"}
    if run.transform.match_confidence_scores:
        added["match_confidence_score"] = "double"
    output = run.output(task_run["TaskRunId"])
    file = str(output["uri"])
    names = [column["Name"] for column in schema]
    matches = read_files(file, [*names, *added], settings_of(run.glueml))
    matches = matches.astype({"match_id": "int64"})
    is_addition = "new_cluster_count" in output
    numbers = MatchNumbers.of_additions(output) if is_addition else MatchNumbers.of(matches)
    last = _last_matched_share(run.context.instance, key)
    shown: dict[str, Any] = {
        "dagster/row_count": numbers.records,
        "dagster/column_schema": column_schema(schema, run.transform.primary_key, added),
        "sample_clusters": dg.MetadataValue.md(_sample(matches)),
        **cluster_size_pictures(matches),
        "file": dg.MetadataValue.path(file),
    }
    counts = run.metadata(
        clusters=numbers.clusters,
        largest_cluster=numbers.largest_cluster,
        duplicates=numbers.duplicates,
        matched_share=numbers.matched_share,
    )
    return dg.MaterializeResult(
        metadata=shown | counts | outcome(run.stage, run.glue, run.core, task_run),
        check_results=list(
            match_checks(matches, names, run.transform.primary_key, expectations, last, numbers)
        ),
    )


def _last_matched_share(instance: dg.DagsterInstance, key: dg.AssetKey) -> float | None:
    event = instance.get_latest_materialization_event(key)
    materialization = event.asset_materialization if event else None
    value = materialization.metadata.get("glueml/matched_share") if materialization else None
    return value.value if isinstance(value, dg.FloatMetadataValue) else None


def _sample(matches: pd.DataFrame) -> str:
    """The rows of some clusters of two and more, the largest first."""
    sizes = matches["match_id"].value_counts()
    shown = sizes[sizes > 1].head(SAMPLE_CLUSTERS).index
    rows = matches[matches["match_id"].isin(shown)].sort_values("match_id", kind="stable")
    front = ["match_id", *(name for name in rows.columns if name != "match_id")]
    return markdown_table(rows[front])
