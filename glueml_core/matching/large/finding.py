"""Finding matches in a large table, part by part."""

from __future__ import annotations

import gc
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd

from glueml_core.matching.arrays import Floats, Positions
from glueml_core.matching.large.candidates import Candidates, candidates_of
from glueml_core.matching.large.comparing import sampled_groups, with_user_pairs
from glueml_core.matching.large.deciding import Glance
from glueml_core.matching.large.effort import JoinEffort
from glueml_core.matching.large.forecast import Forecast
from glueml_core.matching.large.glancing import Glancing, TableLikeness
from glueml_core.matching.large.groups import group_rows
from glueml_core.matching.large.label_pairs import with_links
from glueml_core.matching.large.lessons import Lessons
from glueml_core.matching.large.part import PartMatcher, standing_apart
from glueml_core.matching.large.parts import first_of
from glueml_core.matching.large.table import LargeTable, background_of

if TYPE_CHECKING:
    from pandera.typing import DataFrame

    from glueml_core.matching.matcher import Matcher
    from glueml_core.matching.options import MatchingOptions, Progress
    from glueml_core.schemas import Labels, Matches, Records

__all__ = ["decide", "find_matches_in_parts"]

# Features of a part's pairs are in memory at once.
_PAIRS_AT_ONCE = 60_000


def find_matches_in_parts(
    records: DataFrame[Records],
    matcher: Matcher,
    labels: DataFrame[Labels],
    options: MatchingOptions,
    progress: Progress,
) -> DataFrame[Matches]:
    """
    As `find_matches`, for a table too large to compare as a whole.

    Time and memory grow with the number of records: rows are joined on keys with bounded blocks;
    the matcher scores a sample of the pairs, an apprentice that learned from it scores them all,
    and where it is in doubt, or a label has a say, the matcher looks at the group again.

    Args:
        records: Records in any order.
        matcher: What training produced.
        labels: What must hold in the output.
        options: How to trade precision for recall, and cost for accuracy.
        progress: Told how far the work is.
    """
    known = np.full(len(records), -1, dtype=np.int64)
    progress(0.0, f"Reading {len(records):,} records")
    table = LargeTable.of(records, matcher.columns, standing_apart(records, known, labels))
    progress(0.2, "Joining rows")
    # What is common in the table is counted beside the joins, which hold no interpreter up.
    with ThreadPoolExecutor(1) as beside:
        counted = beside.submit(background_of, table.sample(records), matcher.columns)
        pairs, group = _joined(table, records, labels, options, progress)
    progress(0.5, "Comparing a sample in full")
    background = counted.result()
    likeness = TableLikeness(table)
    sample = sampled_groups(table, group, options.sampled_records)
    lessons = Lessons.of(
        records, likeness, pairs, group, sample, matcher, background, options.extensions
    )
    glance = Glance.at(
        table,
        pairs,
        Glancing(likeness, lessons.apprentice),
        records["record_id"].isin(labels["record_id"]).to_numpy(bool),
        lambda share: progress(0.6 + 0.18 * share, f"Comparing {len(pairs):,} pairs at a glance"),
    )
    match = PartMatcher.of(matcher, background, lessons.lore, labels, options)
    cluster, confidence = decide(records, glance, match, progress)
    matches = _matches(records, cluster, confidence)
    progress(1.0, f"{len(matches):,} records, {matches['match_id'].nunique():,} entities")
    return matches


def _joined(
    table: LargeTable,
    records: DataFrame[Records],
    labels: DataFrame[Labels],
    options: MatchingOptions,
    progress: Progress,
) -> tuple[Candidates, Positions]:
    """Candidate pairs, and the group of each row."""
    agreement, effort = table.agreement, JoinEffort.of(options.accuracy_cost_tradeoff)
    limit = options.memory_limit_mib
    Forecast.of(records, table, 0).check(limit)

    def expect(pair_count: int) -> None:
        progress(0.2, str(Forecast.of(records, table, pair_count).check(limit)))

    pairs = candidates_of(
        table,
        agreement,
        effort,
        progress=lambda share: progress(0.2 + 0.3 * share, "Joining rows"),
        expect=expect,
    )
    pairs = with_user_pairs(pairs, table, records, options.extensions)
    pairs = with_links(pairs, table, records, labels)
    group, stay = group_rows(pairs, len(table), agreement.min_evidence(effort.evidence_margin))
    return pairs.take(stay), group


def decide(
    records: DataFrame[Records], glance: Glance, match: PartMatcher, progress: Progress
) -> tuple[Positions, Floats]:
    """
    Position of the first record of each record's cluster, and its confidence.

    Args:
        records: All records of the table that was glanced at.
        glance: The table as its apprentice sees it.
        match: The closer look.
        progress: Told how far the work is.
    """
    progress(0.78, "Clustering")
    found, confidence = glance.clusters(match.threshold)
    cluster = first_of(found)
    parts = glance.parts(_PAIRS_AT_ONCE)
    doing = f"Looking again at {parts.pair_count:,} pairs"
    done = 0
    for part in parts:
        progress(0.85 + 0.15 * done / max(parts.pair_count, 1), doing)
        if done:
            # NumPy's pointers, by which LightGBM reads, are cycles that keep the features of the
            # part before; Python would leave many of these lying about before it looks for cycles.
            gc.collect()
        found, confidence[part.records] = match(records.iloc[part.records], part.left, part.right)
        cluster[part.records] = part.records[first_of(found)]
        done += part.pair_count
    return cluster, confidence


def _matches(
    records: DataFrame[Records], cluster: Positions, confidence: Floats
) -> DataFrame[Matches]:
    # The ids are those of the records, and a cluster's confidence comes once for all its rows.
    return cast(
        "DataFrame[Matches]",
        pd.DataFrame(
            {
                "record_id": records["record_id"].reset_index(drop=True),
                "match_id": cluster.astype(np.int64),
                "match_confidence_score": np.clip(confidence.astype(np.float64), 0, 1),
            }
        ),
    )
