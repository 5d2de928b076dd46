"""Placing new records among the clusters of a matched table by its index."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd

from glueml_core.matching.arrays import Positions
from glueml_core.matching.index.matched import MatchedIndex
from glueml_core.matching.index.near import AllRows, near_pairs
from glueml_core.matching.index.segment import Segment
from glueml_core.matching.index.shelf import MemoryShelf
from glueml_core.matching.large.candidates import Candidates
from glueml_core.matching.large.effort import JoinEffort
from glueml_core.matching.large.hashing import row_hashes
from glueml_core.matching.large.part import standing_apart
from glueml_core.matching.large.placing import Neighborhood, place
from glueml_core.matching.large.table import LargeTable
from glueml_core.matching.record_ids import are_among

if TYPE_CHECKING:
    from pandera.typing import DataFrame

    from glueml_core.matching.matcher import Matcher
    from glueml_core.matching.options import MatchingOptions, Progress
    from glueml_core.schemas import Labels, Matches, Records

__all__ = ["place_new_records"]


def place_new_records(
    index: MatchedIndex,
    new: DataFrame[Records],
    matcher: Matcher,
    labels: DataFrame[Labels],
    options: MatchingOptions,
    progress: Progress,
) -> DataFrame[Matches]:
    """
    As `find_incremental_matches` with the index's records as the existing ones.

    Read, joined and compared are the new records, their candidates and the clusters these belong
    to: the cost is that of the new records.

    Args:
        index: Of the records matched before, made with the same matcher and options.
        new: New records; their ids are not among those.
        matcher: What training produced.
        labels: Hold for new records if the options say so.
        options: How to trade precision for recall, and cost for accuracy.
        progress: Told how far the work is.

    Returns:
        One row for each new record, in the order given.

    Raises:
        ValueError: A record is in the index.
    """
    matcher.check_extensions(options.extensions)
    twice = index.clusters_of(new["record_id"]).index
    if len(twice):
        raise ValueError(f"Record {new['record_id'].iloc[twice.min()]} is in both tables.")

    progress(0.0, f"Looking up {len(new):,} new records among {len(index):,}")
    enforced = labels if options.enforce_provided_labels else labels.iloc[:0]
    of_labels = index.clusters_of(enforced["record_id"])
    is_there = are_among(enforced["record_id"], new["record_id"])
    is_there[of_labels.index] = True
    enforced = enforced[is_there]
    rows = AllRows((*index.segments, _segment(index, new, enforced, matcher)))
    effort = JoinEffort.of(options.accuracy_cost_tradeoff)
    pairs = near_pairs(rows, index.common.agreement, index.keys, effort)
    near = _neighborhood(index, rows, new, pairs, of_labels.to_numpy(np.int64))
    match = index.common.part_matcher(matcher, enforced, options)
    matches = place(near, match, progress)
    progress(1.0, f"{len(new):,} new records placed among {len(index):,}")
    return matches.iloc[len(near.match_ids) :].reset_index(drop=True)


def _segment(
    index: MatchedIndex, new: DataFrame[Records], labels: DataFrame[Labels], matcher: Matcher
) -> Segment:
    """The new records as a segment of no cluster, whose rows no existing record shares."""
    nowhere = np.full(len(new), -1, dtype=np.int64)
    # One number more than existing rows are hashed with: `match_id` may be any.
    apart = np.column_stack([standing_apart(new, nowhere, labels), np.ones_like(nowhere)])
    table = LargeTable.of(new, matcher.columns, apart)
    contents = row_hashes(table.cells, apart[table.record_of])
    return Segment.make(new, nowhere, table, contents, index.keys, MemoryShelf())


@dataclass(frozen=True)
class _Rows:
    row_of: Positions
    count: int

    def __len__(self) -> int:
        return self.count


def _neighborhood(
    index: MatchedIndex,
    rows: AllRows,
    new: DataFrame[Records],
    pairs: Candidates,
    labeled_clusters: Positions,
) -> Neighborhood:
    """The new records, and all records of the clusters that candidates or labels touch."""
    existing = pairs.right[pairs.right < rows.first_new]
    touched = np.unique(np.append(rows.of("row_match_ids", existing), labeled_clusters))
    records, match_ids, contents = [], [], []
    for segment in index.segments:
        fellows = segment.fellows(touched)
        records.append(segment.take(fellows))
        match_ids.append(segment.match_ids[fellows])
        contents.append(segment.contents[segment.row_of[fellows]])
    fresh = rows.segments[-1]
    row, row_of = np.unique(
        np.concatenate([*contents, fresh.contents[fresh.row_of]]), return_inverse=True
    )
    left, right = (
        row.searchsorted(rows.of("contents", side)) for side in (pairs.left, pairs.right)
    )
    return Neighborhood(
        cast("DataFrame[Records]", pd.concat([*records, new], ignore_index=True)),
        np.concatenate(match_ids),
        _Rows(row_of.astype(np.int64), len(row)),
        Candidates(np.minimum(left, right), np.maximum(left, right), pairs.evidence),
        index.fresh_id,
    )
