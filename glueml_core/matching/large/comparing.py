"""As much of a large table as teaching needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from glueml_core.matching.arrays import Positions
from glueml_core.matching.comparison import Comparison
from glueml_core.matching.large.candidates import candidates_of
from glueml_core.matching.large.effort import JoinEffort
from glueml_core.matching.large.groups import group_rows
from glueml_core.matching.large.part import compare_part
from glueml_core.matching.large.table import LargeTable, background_of
from glueml_core.matching.rows import ColumnProfile

if TYPE_CHECKING:
    from pandera.typing import DataFrame

    from glueml_core.matching.options import MatchingOptions
    from glueml_core.schemas import Labels, Records

__all__ = ["compare_sample"]

# Records beside the labeled ones, from which the next labeling sets are chosen.
_SAMPLED_RECORDS = 20_000


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

    labeled = records["record_id"].isin(labels["record_id"]).to_numpy()
    of_record = group[table.row_of]
    chosen = np.flatnonzero(_chosen(group, of_record, of_record[labeled])[of_record])
    position = np.full(len(table), -1, dtype=np.int64)
    position[table.row_of[chosen]] = np.arange(len(chosen))
    left, right = position[pairs.left[stay]], position[pairs.right[stay]]
    inside = (left >= 0) & (right >= 0)
    return compare_part(
        records.iloc[chosen],
        left[inside],
        right[inside],
        table.columns,
        background_of(table.sample(records), table.columns),
    )


def _chosen(group: Positions, of_record: Positions, labeled: Positions) -> Positions:
    """Which groups are in: those with labels, and random others up to a number of records."""
    sizes = np.bincount(of_record)
    # Rows stand in random order, so that the groups of the first ones are random groups.
    first_seen = np.unique(group, return_index=True)[1]
    in_order = np.argsort(first_seen)
    chosen = np.zeros(len(sizes), dtype=bool)
    chosen[in_order[np.cumsum(sizes[in_order]) <= _SAMPLED_RECORDS]] = True
    chosen[labeled] = True
    return chosen
