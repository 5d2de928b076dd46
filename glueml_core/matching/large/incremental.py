"""Placing new records among the clusters of a large table that is at hand as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from glueml_core.matching.arrays import Positions
from glueml_core.matching.large.common import Common
from glueml_core.matching.large.forecast import Forecast
from glueml_core.matching.large.part import standing_apart
from glueml_core.matching.large.placing import Neighborhood, place
from glueml_core.matching.large.table import LargeTable

if TYPE_CHECKING:
    from pandera.typing import DataFrame

    from glueml_core.matching.matcher import Matcher
    from glueml_core.matching.options import MatchingOptions, Progress
    from glueml_core.schemas import Labels, Matches, Records

__all__ = ["find_incremental_matches_in_parts"]


def find_incremental_matches_in_parts(
    both: DataFrame[Records],
    match_ids: Positions,
    matcher: Matcher,
    labels: DataFrame[Labels],
    options: MatchingOptions,
    progress: Progress,
) -> DataFrame[Matches]:
    """
    As `find_incremental_matches`, for tables too large to compare as a whole.

    All records are read and hashed; joined and compared are new ones only, with their candidates
    and all records of the clusters these belong to. A cluster that no new record comes near is not
    judged again: its confidence is 1.

    Args:
        both: Existing records, and new ones below them.
        match_ids: Cluster of each existing record, shape (n_existing,).
        matcher: What training produced.
        labels: What must hold for new records.
        options: How to trade precision for recall, and cost for accuracy.
        progress: Told how far the work is.
    """
    new_count = len(both) - len(match_ids)
    known = np.concatenate([pd.factorize(match_ids)[0], np.full(new_count, -1)]).astype(np.int64)
    progress(0.0, f"Reading {len(both):,} records")
    table = LargeTable.of(both, matcher.columns, standing_apart(both, known, labels))
    Forecast.of(both, table, 0).check(options.memory_limit_mib)
    progress(0.2, f"Joining {new_count:,} new records")
    is_new = np.zeros(len(table), dtype=bool)
    is_new[table.row_of[known < 0]] = True
    common, pairs = Common.of(both, table, is_new, matcher, options)
    near = Neighborhood(both, match_ids, table, pairs, int(match_ids.max(initial=-1)) + 1)
    matches = place(near, common.part_matcher(matcher, labels, options), progress)
    progress(1.0, f"{new_count:,} new records placed among {len(match_ids):,}")
    return matches
