"""Finding where new records belong among records that are matched already."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import numpy as np
import pandas as pd
from pandera.typing import DataFrame

from glueml_core.matching.arrays import Floats, Positions
from glueml_core.matching.comparison import Comparison, compare
from glueml_core.matching.large import find_incremental_matches_in_parts
from glueml_core.matching.links import label_links
from glueml_core.matching.matcher import Matcher
from glueml_core.matching.membership import record_clusters
from glueml_core.matching.options import MatchingOptions, Progress
from glueml_core.matching.record_ids import are_among
from glueml_core.matching.scoring import Scoring
from glueml_core.schemas import Labels, Matches, Records

__all__ = ["find_incremental_matches"]


def find_incremental_matches(
    existing: DataFrame[Records],
    incremental: DataFrame[Records],
    matcher: Matcher,
    labels: DataFrame[Labels],
    options: MatchingOptions,
    progress: Progress,
) -> DataFrame[Matches]:
    """
    Let new records join clusters that exist, or open their own.

    Existing records keep their `match_id` and are not compared with each other. A new record that
    resembles two clusters joins the better and leaves both as they are.

    Args:
        existing: Records with their `match_id`.
        incremental: New records; their ids are not among the existing.
        matcher: What training produced.
        labels: Hold for new records if the options say so.
        options: How to trade precision for recall, and cost for accuracy.
        progress: Told how far the work is.

    Returns:
        Rows of both tables, existing ones first, in the order given. Fresh ids lie above all that
        exist.

    Raises:
        ValueError: A record is in both tables.
    """
    matcher.check_extensions(options.extensions)
    twice = are_among(incremental["record_id"], existing["record_id"])
    if twice.any():
        raise ValueError(f"Record {incremental.loc[twice, 'record_id'].iloc[0]} is in both tables.")

    # Two tables of records that share none are one: to check it again costs more than to match.
    both = cast(
        "DataFrame[Records]",
        pd.concat([existing.drop(columns="match_id"), incremental], ignore_index=True),
    )
    enforced = labels if options.enforce_provided_labels else labels.iloc[:0]
    if not options.takes_whole(len(both)):
        given = existing["match_id"].to_numpy(np.int64)
        return find_incremental_matches_in_parts(both, given, matcher, enforced, options, progress)
    progress(0.0, "Comparing records")
    known = np.concatenate([pd.factorize(existing["match_id"])[0], np.full(len(incremental), -1)])
    # The next records make another table with the same existing ones: nobody looks at this again.
    once = replace(options, kept_pairs=None)
    comparison = _among_new(
        compare(both, once, matcher.columns, _apart(both, known, enforced)), known
    )
    table = comparison.table
    scoring = Scoring(matcher, comparison)
    progress(0.2, "Scoring pairs")
    probability = scoring.candidates
    progress(0.7, "Clustering")
    settled = np.full(len(table), -1, dtype=np.int64)
    settled[table.row_of] = known
    links = label_links(enforced, table, settled)
    threshold = matcher.threshold(options.precision_recall_tradeoff)
    clusters = scoring.clusters(probability, threshold, links)
    cluster, confidence = record_clusters(table, clusters, scoring, threshold, settled >= 0)
    progress(1.0, f"{len(incremental)} new records placed among {len(existing)}")
    return _matches(both, existing, cluster, confidence)


def _apart(records: DataFrame[Records], known: Positions, labels: DataFrame[Labels]) -> Positions:
    """Equal records share a row only if both are new, or both in one existing cluster."""
    labeled = records["record_id"].isin(labels["record_id"]).to_numpy()
    return np.where(labeled, known.max(initial=-1) + 1 + np.arange(len(records)), known)


def _among_new(comparison: Comparison, known: Positions) -> Comparison:
    """The comparison without the pairs of two existing records."""
    is_new = np.zeros(len(comparison.table), dtype=bool)
    is_new[comparison.table.row_of[known < 0]] = True
    pairs = comparison.candidates
    return comparison.among(is_new[pairs.left] | is_new[pairs.right])


def _matches(
    both: DataFrame[Records], existing: DataFrame[Records], cluster: Positions, confidence: Floats
) -> DataFrame[Matches]:
    """Existing ids where a cluster has one, else the first new record's number above them all."""
    given = existing["match_id"].to_numpy(np.int64)
    new_cluster = cluster[len(existing) :]
    fresh = given.max(initial=-1) + 1 + np.arange(len(new_cluster))
    id_of = dict(zip(cluster.tolist()[::-1], [*given, *fresh][::-1], strict=True))
    matches = pd.DataFrame(
        {
            "record_id": both["record_id"],
            "match_id": [*given, *(id_of[number] for number in new_cluster.tolist())],
            "match_confidence_score": np.clip(confidence.astype(np.float64), 0, 1),
        }
    )
    return Matches.validate(matches.astype({"match_id": np.int64}))
