"""Finding matches in a Spark table."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

from pyspark.sql import DataFrame

from glueml_core.matching.large.effort import JoinEffort
from glueml_core.matching.large.hashed_columns import hash_count
from glueml_core.spark.candidates import candidates_of
from glueml_core.spark.groups import group_pairs
from glueml_core.spark.lineage import cut, prepare_cuts
from glueml_core.spark.links import cluster_links, label_links
from glueml_core.spark.numbers import numbered
from glueml_core.spark.parts import match_parts
from glueml_core.spark.rows import SparkRows
from glueml_core.spark.sampling import Sampler
from glueml_core.spark.whole import find_whole, is_small

if TYPE_CHECKING:
    from pandera.typing import DataFrame as Table

    from glueml_core.matching import Matcher, MatchingOptions, Progress
    from glueml_core.schemas import Labels
    from glueml_core.spark.records import SparkRecords

__all__ = ["find_clusters", "find_matches"]


def find_matches(
    records: SparkRecords,
    matcher: Matcher,
    labels: Table[Labels],
    options: MatchingOptions,
    progress: Progress,
) -> DataFrame:
    """
    Cluster records as `matching.find_matches` does: whole if they are few, else part by part.

    Beyond few records, nothing that grows with the rows comes to the driver, but for pairs where a
    million are all. The work is done when this returns.

    Args:
        records: With keys that have been checked.
        matcher: What training produced, without a user's own features.
        labels: Hold in the output if the options say so.
        options: How to trade precision for recall, and cost for accuracy.
        progress: Told how far the work is.

    Returns:
        `key`, `record_id`, `match_id`, one of 0, 1, … a cluster, and `match_confidence_score`.
    """
    if is_small(records, options):
        return find_whole(records, matcher, labels, options, progress)
    clusters = find_clusters(records, matcher, labels, options, progress)
    ids = numbered(clusters.where("record_id = first").select("first"), "first")
    matches = clusters.join(ids.withColumnRenamed("number", "match_id"), "first")
    return cut(matches.select("key", "record_id", "match_id", "match_confidence_score"))


def find_clusters(
    records: SparkRecords,
    matcher: Matcher,
    labels: Table[Labels],
    options: MatchingOptions,
    progress: Progress,
) -> DataFrame:
    """As `find_matches`, before clusters have numbers: see `match_parts`."""
    matcher.check_extensions(options.extensions)
    prepare_cuts(records.frame.sparkSession)
    enforced = labels if options.enforce_provided_labels else labels.iloc[:0]
    hashed = records.hashed(matcher.columns, enforced).persist()
    try:
        progress(0.0, "Reading records")
        rows = SparkRows.of(hashed, hash_count(matcher.columns))
        progress(0.1, f"Joining {rows.count:,} rows")
        pairs = _grouped(records, hashed, rows, enforced, options)
        progress(0.4, "Learning from a sample")
        sampler = Sampler(records, hashed, rows, pairs)
        judge = sampler.judge(matcher, enforced, options)
        progress(0.5, "Comparing pairs")
        clusters = cut(match_parts(records, hashed, rows, pairs, judge))
        progress(0.9, "Numbering clusters")
    finally:
        hashed.unpersist()
    return clusters


def _grouped(
    records: SparkRecords,
    hashed: DataFrame,
    rows: SparkRows,
    labels: Table[Labels],
    options: MatchingOptions,
) -> DataFrame:
    """Candidate pairs and links, by group."""
    agreement, effort = rows.agreement(), JoinEffort.of(options.accuracy_cost_tradeoff)
    said = label_links(hashed, labels)
    pairs = [candidates_of(rows, agreement, effort), *([] if said is None else [cut(said)])]
    found = reduce(DataFrame.union, pairs)
    if records.is_incremental:
        found = found.union(cut(cluster_links(rows.frame, found)))
    return group_pairs(found, agreement.min_evidence(effort.evidence_margin))
