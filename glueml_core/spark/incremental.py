"""Finding where new records of a Spark table belong among records that are matched already."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyspark.sql.functions as F  # noqa: N812
from pyspark.sql import DataFrame

from glueml_core.spark.finding import find_clusters
from glueml_core.spark.lineage import cut
from glueml_core.spark.numbers import numbered
from glueml_core.spark.records import NEW
from glueml_core.spark.whole import find_whole, is_small

if TYPE_CHECKING:
    from pandera.typing import DataFrame as Table

    from glueml_core.matching import Matcher, MatchingOptions, Progress
    from glueml_core.schemas import Labels
    from glueml_core.spark.records import SparkRecords

__all__ = ["find_incremental_matches"]


def find_incremental_matches(
    records: SparkRecords,
    matcher: Matcher,
    labels: Table[Labels],
    options: MatchingOptions,
    progress: Progress,
) -> DataFrame:
    """
    Let new records join clusters that exist, or open their own.

    Args:
        records: Existing ones with the number of their cluster, at least 0, and new ones.
        matcher: See `find_matches`, as for all that follow.
        labels: See there.
        options: See there.
        progress: See there.

    Returns:
        As `find_matches`. Existing records keep the number of their cluster; fresh ones lie above.
    """
    if is_small(records, options):
        return find_whole(records, matcher, labels, options, progress)
    last = records.frame.agg(F.max("known")).first()
    clusters = find_clusters(records, matcher, labels, options, progress)
    fresh = clusters.where(f"record_id = first AND known = {NEW}").select("first")
    fresh_from = 0 if last is None or last[0] is None else max(last[0], -1) + 1
    ids = numbered(fresh, "first", fresh_from)
    match_id = F.when(F.col("known") == NEW, F.col("number")).otherwise(F.col("known"))
    matches = clusters.join(ids, "first", "left").withColumn("match_id", match_id)
    return cut(matches.select("key", "record_id", "match_id", "match_confidence_score"))
