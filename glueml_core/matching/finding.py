"""Finding the records that are one entity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandera.typing import DataFrame

from glueml_core.matching.arrays import Positions
from glueml_core.matching.clustering import Clusters
from glueml_core.matching.comparison import compare
from glueml_core.matching.large import find_matches_in_parts
from glueml_core.matching.links import Links, label_links
from glueml_core.matching.matcher import Matcher
from glueml_core.matching.membership import record_clusters
from glueml_core.matching.options import MatchingOptions, Progress
from glueml_core.matching.rows import DistinctRows
from glueml_core.matching.scoring import Scoring
from glueml_core.schemas import Labels, Matches, Records

__all__ = ["Found", "find_matches", "find_matches_with_scoring"]


@dataclass(frozen=True)
class Found:
    """
    Matches, and what they were found with, for who wants to know more.

    `scoring` is None where the table was too large to be looked at whole.
    """

    matches: DataFrame[Matches]
    scoring: Scoring | None


def find_matches(
    records: DataFrame[Records],
    matcher: Matcher,
    labels: DataFrame[Labels],
    options: MatchingOptions,
    progress: Progress,
) -> DataFrame[Matches]:
    """
    Cluster records that are one entity.

    Args:
        records: Records in any order; it decides only which numbers the clusters get.
        matcher: What training produced.
        labels: Hold in the output if the options say so, and do nothing otherwise.
        options: How to trade precision for recall, and cost for accuracy.
        progress: Told how far the work is.

    Returns:
        One row for each record, in the order given. `match_id` is the lowest position, from 0, of
        the cluster's records.
    """
    return find_matches_with_scoring(records, matcher, labels, options, progress).matches


def find_matches_with_scoring(
    records: DataFrame[Records],
    matcher: Matcher,
    labels: DataFrame[Labels],
    options: MatchingOptions,
    progress: Progress,
) -> Found:
    """What `find_matches` gives, and the scoring that it rests on."""
    matcher.check_extensions(options.extensions)
    enforced = labels if options.enforce_provided_labels else labels.iloc[:0]
    if not options.takes_whole(len(records)):
        return Found(find_matches_in_parts(records, matcher, enforced, options, progress), None)
    progress(0.0, "Comparing records")
    comparison = compare(records, options, matcher.columns, _standing_alone(records, enforced))
    scoring = Scoring(matcher, comparison)
    progress(0.2, "Scoring pairs")
    probability = scoring.candidates
    progress(0.7, "Clustering")
    threshold = matcher.threshold(options.precision_recall_tradeoff)
    links = label_links(enforced, comparison.table)
    clusters = scoring.clusters(probability, threshold, links)
    matches = _matches(comparison.table, clusters, scoring, threshold)
    progress(1.0, _summary(matches, links))
    return Found(matches, scoring)


def _standing_alone(records: DataFrame[Records], labels: DataFrame[Labels]) -> Positions:
    """Numbers for records with enforced labels, so that no equal record shares their row."""
    labeled = records["record_id"].isin(labels["record_id"]).to_numpy()
    return np.where(labeled, np.cumsum(labeled), 0)


def _matches(
    table: DistinctRows, clusters: Clusters, scoring: Scoring, threshold: float
) -> DataFrame[Matches]:
    cluster, confidence = record_clusters(table, clusters, scoring, threshold)
    first = pd.Series(np.arange(len(cluster))).groupby(cluster).transform("min")
    return Matches.validate(
        pd.DataFrame(
            {
                "record_id": table.record_ids,
                "match_id": first.to_numpy(np.int64),
                "match_confidence_score": np.clip(confidence.astype(np.float64), 0, 1),
            }
        )
    )


def _summary(matches: DataFrame[Matches], links: Links) -> str:
    text = f"{len(matches)} records, {matches['match_id'].nunique()} entities"
    if links.contradicted:
        text += f"; {links.contradicted} labels contradict later ones and were left out"
    return text
