"""As much of a large table as can be compared as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from glueml_core.matching.arrays import Mask, Positions
from glueml_core.matching.comparison import Comparison
from glueml_core.matching.large.candidates import Candidates, candidates_of
from glueml_core.matching.large.effort import JoinEffort
from glueml_core.matching.large.groups import group_rows
from glueml_core.matching.large.part import compare_part
from glueml_core.matching.large.table import LargeTable, background_of
from glueml_core.matching.rows import ColumnProfile
from glueml_core.matching.user_rules import UserRules
from glueml_core.schemas import CandidatePairs

if TYPE_CHECKING:
    from pandera.typing import DataFrame

    from glueml_core.matching.background import Background
    from glueml_core.matching.extensions import Extensions
    from glueml_core.matching.options import MatchingOptions
    from glueml_core.schemas import Labels, Records

__all__ = [
    "SAMPLED_RECORDS",
    "compare_groups",
    "compare_sample",
    "joined_pairs",
    "sampled_groups",
    "with_user_pairs",
]

# Records whose groups stand for the whole table.
SAMPLED_RECORDS = 20_000


def compare_sample(
    records: DataFrame[Records],
    labels: DataFrame[Labels],
    options: MatchingOptions,
    columns: Sequence[ColumnProfile] | None = None,
) -> Comparison:
    """
    A comparison of the labeled records and of some random others, each with all its rivals.

    What it says of a pair is what matching the whole table would: candidates come from the whole
    table, and how common things are from a sample of it.
    """
    table = LargeTable.of(records, columns, np.zeros(len(records), dtype=np.int64))
    agreement, effort = table.agreement, JoinEffort.of(options.accuracy_cost_tradeoff)
    pairs = candidates_of(table, agreement, effort)
    pairs = with_user_pairs(pairs, table, records, options.extensions)
    group, stay = group_rows(pairs, len(table), agreement.min_evidence(effort.evidence_margin))
    chosen = sampled_groups(table, group, SAMPLED_RECORDS)
    labeled = records["record_id"].isin(labels["record_id"]).to_numpy()
    chosen[group[table.row_of[labeled]]] = True
    background = background_of(table.sample(records), table.columns)
    return compare_groups(
        records, table, pairs.take(stay), chosen[group], background, options.extensions
    )


def compare_groups(
    records: DataFrame[Records],
    table: LargeTable,
    pairs: Candidates,
    rows: Mask,
    background: Background,
    extensions: Extensions,
) -> Comparison:
    """
    A comparison of some rows of a large table, with all candidate pairs among them.

    Args:
        records: All records.
        table: The same, hashed.
        pairs: All candidate pairs.
        rows: Which rows are wanted, shape (n_rows,).
        background: What is common in the whole table.
        extensions: The user's features among them.
    """
    chosen = np.flatnonzero(rows[table.row_of])
    position = np.full(len(table), -1, dtype=np.int64)
    position[table.row_of[chosen]] = np.arange(len(chosen))
    left, right = position[pairs.left], position[pairs.right]
    inside = (left >= 0) & (right >= 0)
    return compare_part(
        records.iloc[chosen],
        left[inside],
        right[inside],
        table.columns,
        background,
        extensions=extensions,
    )


def with_user_pairs(
    pairs: Candidates, table: LargeTable, records: DataFrame[Records], extensions: Extensions
) -> Candidates:
    """The pairs, and those that the user's indexers find in the whole table at once."""
    if not extensions.indexers:
        return pairs
    found = UserRules.of(extensions, records, table).pairs()
    left = np.concatenate([pairs.left, *(np.minimum(*ends) for ends in found)])
    right = np.concatenate([pairs.right, *(np.maximum(*ends) for ends in found)])
    # A user's word counts for as much as the strongest agreement.
    strongest = np.full(len(left) - len(pairs), pairs.evidence.max(initial=0), dtype=np.int32)
    evidence = np.concatenate([pairs.evidence, strongest])
    order = np.lexsort((-evidence, right, left))
    is_first = np.diff(left[order] * len(table) + right[order], prepend=-1) > 0
    return Candidates(left[order], right[order], evidence[order]).take(is_first)


def sampled_groups(table: LargeTable, group: Positions, record_count: int) -> Mask:
    """Which groups are among some random ones, up to a number of records, shape (n_groups,)."""
    sizes = np.bincount(group[table.row_of])
    # Rows stand in random order, so that the groups of the first ones are random groups.
    in_order = np.argsort(np.unique(group, return_index=True)[1])
    chosen = np.zeros(len(sizes), dtype=bool)
    chosen[in_order[np.cumsum(sizes[in_order]) <= record_count]] = True
    return chosen


def joined_pairs(
    records: DataFrame[Records], options: MatchingOptions
) -> DataFrame[CandidatePairs]:
    """The pairs of records that joins make candidates, those that say the same not among them."""
    table = LargeTable.of(records, None, np.arange(len(records)))
    effort = JoinEffort.of(options.accuracy_cost_tradeoff)
    pairs = candidates_of(table, table.agreement, effort)
    ids = records["record_id"].to_numpy(dtype=str)[table.record_of]
    both = np.sort(np.column_stack([ids[pairs.left], ids[pairs.right]]), axis=1)
    return CandidatePairs.validate(
        pd.DataFrame({"record_id_l": both[:, 0], "record_id_r": both[:, 1]}, dtype=object)
    )
