"""As much of a large table as can be compared as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from glueml_core.matching.arrays import Mask, Positions
from glueml_core.matching.comparison import Comparison
from glueml_core.matching.large.candidates import Candidates, candidates_of
from glueml_core.matching.large.effort import JoinEffort
from glueml_core.matching.large.groups import group_rows
from glueml_core.matching.large.part import compare_part
from glueml_core.matching.large.table import LargeTable, background_of
from glueml_core.matching.rows import ColumnProfile

if TYPE_CHECKING:
    from pandera.typing import DataFrame

    from glueml_core.matching.background import Background
    from glueml_core.matching.options import MatchingOptions
    from glueml_core.schemas import Labels, Records

__all__ = ["SAMPLED_RECORDS", "compare_groups", "compare_sample", "sampled_groups"]

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
    pairs = candidates_of(table.cells, agreement, effort, options.memory_limit_mib // 2)
    group, stay = group_rows(pairs, len(table), agreement.min_evidence(effort.evidence_margin))
    chosen = sampled_groups(table, group)
    labeled = records["record_id"].isin(labels["record_id"]).to_numpy()
    chosen[group[table.row_of[labeled]]] = True
    background = background_of(table.sample(records), table.columns)
    return compare_groups(records, table, pairs.take(stay), chosen[group], background)


def compare_groups(
    records: DataFrame[Records],
    table: LargeTable,
    pairs: Candidates,
    rows: Mask,
    background: Background,
) -> Comparison:
    """
    A comparison of some rows of a large table, with all candidate pairs among them.

    Args:
        records: All records.
        table: The same, hashed.
        pairs: All candidate pairs.
        rows: Which rows are wanted, shape (n_rows,).
        background: What is common in the whole table.
    """
    chosen = np.flatnonzero(rows[table.row_of])
    position = np.full(len(table), -1, dtype=np.int64)
    position[table.row_of[chosen]] = np.arange(len(chosen))
    left, right = position[pairs.left], position[pairs.right]
    inside = (left >= 0) & (right >= 0)
    return compare_part(
        records.iloc[chosen], left[inside], right[inside], table.columns, background
    )


def sampled_groups(table: LargeTable, group: Positions) -> Mask:
    """Which groups are among some random ones, up to a number of records, shape (n_groups,)."""
    sizes = np.bincount(group[table.row_of])
    # Rows stand in random order, so that the groups of the first ones are random groups.
    in_order = np.argsort(np.unique(group, return_index=True)[1])
    chosen = np.zeros(len(sizes), dtype=bool)
    chosen[in_order[np.cumsum(sizes[in_order]) <= SAMPLED_RECORDS]] = True
    return chosen
