"""Finding matches in a large table, part by part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from glueml_core.matching.arrays import Floats, Positions
from glueml_core.matching.large.candidates import Candidates, candidates_of
from glueml_core.matching.large.comparing import compare_groups, sampled_groups
from glueml_core.matching.large.effort import JoinEffort
from glueml_core.matching.large.groups import LINKED, group_rows
from glueml_core.matching.large.part import PartMatcher, standing_apart
from glueml_core.matching.large.table import LargeTable, background_of
from glueml_core.matching.scoring import Scoring
from glueml_core.schemas import Matches

if TYPE_CHECKING:
    from pandera.typing import DataFrame

    from glueml_core.matching.matcher import Matcher
    from glueml_core.matching.options import MatchingOptions, Progress
    from glueml_core.schemas import Labels, Records

__all__ = ["find_matches_in_parts"]

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

    Time and memory grow with the number of records: rows are joined on keys with bounded blocks,
    and groups of connected rows, of bounded size, are compared a few at a time.

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
    progress(0.05, "Joining rows")
    agreement, effort = table.agreement, JoinEffort.of(options.accuracy_cost_tradeoff)
    pairs = candidates_of(
        table.cells,
        agreement,
        effort,
        options.memory_limit_mib // 2,
        progress=lambda share: progress(0.05 + 0.25 * share, "Joining rows"),
    )
    pairs = _with_links(pairs, table, records, labels)
    group, stay = group_rows(pairs, len(table), agreement.min_evidence(effort.evidence_margin))
    pairs = pairs.take(stay)
    background = background_of(table.sample(records), matcher.columns)
    sample = sampled_groups(table, group)[group]
    lore = Scoring(matcher, compare_groups(records, table, pairs, sample, background)).word_lore
    threshold = matcher.threshold(options.precision_recall_tradeoff)
    match = PartMatcher(matcher, background, lore, threshold, labels)
    parts = _Parts.of(table, pairs, group)
    cluster = np.arange(len(records))
    confidence = np.ones(len(records), dtype=np.float32)
    done = 0
    for part in parts:
        progress(0.3 + 0.7 * done / parts.pair_count, f"Comparing {parts.pair_count:,} pairs")
        found, confidence[part.records] = match(records.iloc[part.records], part.left, part.right)
        cluster[part.records] = part.records[_first_of(found)]
        done += part.pair_count
    matches = _matches(records, cluster, confidence)
    progress(1.0, f"{len(matches):,} records, {matches['match_id'].nunique():,} entities")
    return matches


def _with_links(
    pairs: Candidates, table: LargeTable, records: DataFrame[Records], labels: DataFrame[Labels]
) -> Candidates:
    """The pairs, and those that labels want together: each must come to lie in one part."""
    position = pd.Series(np.arange(len(records)), index=records["record_id"])
    frame = labels[["labeling_set_id", "label"]].assign(
        row=table.row_of[position[labels["record_id"]].to_numpy(np.int64)]
    )
    first = frame.groupby(["labeling_set_id", "label"])["row"].transform("first").to_numpy(np.int64)
    row = frame["row"].to_numpy(np.int64)
    apart = first != row
    return Candidates(
        np.concatenate([pairs.left, np.minimum(first, row)[apart]]),
        np.concatenate([pairs.right, np.maximum(first, row)[apart]]),
        np.concatenate([pairs.evidence, np.full(apart.sum(), LINKED, dtype=np.int32)]),
    )


@dataclass(frozen=True)
class _Part:
    """Some groups: positions of their records, and their pairs as positions among these."""

    records: Positions
    left: Positions
    right: Positions
    pair_count: int


@dataclass(frozen=True)
class _Parts:
    """
    All groups that need comparing, a bounded number of pairs at a time.

    Args:
        row_of: Row of each record that needs comparing, by part.
        records: Positions of these records.
        record_ends: Where each part ends among them.
        left: Pairs by part.
        right: Their other row.
        pair_ends: Where each part ends among the pairs.
    """

    row_of: Positions
    records: Positions
    record_ends: Positions
    left: Positions
    right: Positions
    pair_ends: Positions

    @classmethod
    def of(cls, table: LargeTable, pairs: Candidates, group: Positions) -> _Parts:
        left, right = pairs.left, pairs.right
        work = np.bincount(group[left], minlength=group.max(initial=-1) + 1)
        # Equal records are compared too, although they are one row.
        copies = np.bincount(table.row_of, minlength=len(table))
        np.add.at(work, group[copies > 1], 1)
        part_of_group = np.cumsum(work) // _PAIRS_AT_ONCE
        count = int(part_of_group.max(initial=0)) + 1

        records = np.flatnonzero((work > 0)[group][table.row_of])
        part_of_record = part_of_group[group[table.row_of[records]]]
        part_of_pair = part_of_group[group[left]]
        records = records[np.argsort(part_of_record, kind="stable")]
        order = np.argsort(part_of_pair, kind="stable")
        return cls(
            table.row_of[records],
            records,
            np.cumsum(np.bincount(part_of_record, minlength=count)),
            left[order],
            right[order],
            np.cumsum(np.bincount(part_of_pair, minlength=count)),
        )

    @property
    def pair_count(self) -> int:
        """Pairs to compare, at least 1."""
        return max(len(self.left), 1)

    def __iter__(self) -> Iterator[_Part]:
        starts = np.append(0, self.record_ends), np.append(0, self.pair_ends)
        position = np.zeros(self.row_of.max(initial=-1) + 1, dtype=np.int64)
        for i in range(len(self.record_ends)):
            records = slice(starts[0][i], starts[0][i + 1])
            pairs = slice(starts[1][i], starts[1][i + 1])
            rows = self.row_of[records]
            position[rows] = np.arange(len(rows))
            yield _Part(
                self.records[records],
                position[self.left[pairs]],
                position[self.right[pairs]],
                pairs.stop - pairs.start,
            )


def _first_of(cluster: Positions) -> Positions:
    """Position of the first record of each record's cluster."""
    first = pd.Series(np.arange(len(cluster))).groupby(cluster).transform("min")
    return first.to_numpy(np.int64)


def _matches(
    records: DataFrame[Records], cluster: Positions, confidence: Floats
) -> DataFrame[Matches]:
    return Matches.validate(
        pd.DataFrame(
            {
                "record_id": records["record_id"].to_numpy(),
                "match_id": cluster.astype(np.int64),
                "match_confidence_score": np.clip(confidence.astype(np.float64), 0, 1),
            }
        )
    )
