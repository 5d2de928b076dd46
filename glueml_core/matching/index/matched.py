"""The index of a matched table: what is common in it, and its records, segment by segment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from glueml_core.matching.arrays import Positions
from glueml_core.matching.index.common_tables import get_common, put_common
from glueml_core.matching.index.segment import Segment, by_cluster
from glueml_core.matching.index.shelf import Shelf
from glueml_core.matching.large.common import Common
from glueml_core.matching.large.effort import JoinEffort
from glueml_core.matching.large.forecast import Forecast
from glueml_core.matching.large.hashing import row_hashes
from glueml_core.matching.large.table import LargeTable

if TYPE_CHECKING:
    from pandera.typing import DataFrame

    from glueml_core.matching.large.agreement import Key
    from glueml_core.matching.matcher import Matcher
    from glueml_core.matching.options import MatchingOptions
    from glueml_core.schemas import Records

__all__ = ["MatchedIndex"]


@dataclass(frozen=True)
class MatchedIndex:
    """
    What placing new records asks of the records matched before.

    Args:
        common: What is common among the records of the first segment.
        keys: Columns that rows are joined on.
        segments: All records; those that came later in segments of their own.
    """

    common: Common
    keys: list[Key]
    segments: tuple[Segment, ...]

    @classmethod
    def of(
        cls,
        records: DataFrame[Records],
        match_ids: Positions,
        matcher: Matcher,
        options: MatchingOptions,
        shelf: Shelf,
    ) -> MatchedIndex:
        """
        Index a matched table.

        Args:
            records: All its records.
            match_ids: Cluster of each.
            matcher: What is to place new ones.
            options: How it is to trade cost for accuracy.
            shelf: An empty one, for the first segment.

        Raises:
            TableTooLargeError: The table does not fit into the memory allowed.
        """
        records, match_ids = by_cluster(records, match_ids)
        table, contents = _hashed(records, match_ids, matcher)
        Forecast.of(records, table, 0).check(options.memory_limit_mib)
        nobody = np.zeros(len(table), dtype=bool)
        common, _ = Common.of(records, table, nobody, matcher, options)
        put_common(common, shelf)
        keys = _keys(common, options)
        return cls(common, keys, (Segment.make(records, match_ids, table, contents, keys, shelf),))

    @classmethod
    def on(cls, shelves: Sequence[Shelf], options: MatchingOptions) -> MatchedIndex:
        """The index whose segments were put on these shelves, under the same options."""
        common = get_common(shelves[0])
        keys = _keys(common, options)
        return cls(common, keys, tuple(Segment.on(shelf, keys) for shelf in shelves))

    def with_records(
        self, records: DataFrame[Records], match_ids: Positions, matcher: Matcher, shelf: Shelf
    ) -> MatchedIndex:
        """
        The index with more records, none of them in it, in a new last segment.

        Segments that are not much larger than it go into it, so that there are ever only a few,
        and a record is written again a few times at most.
        """
        kept = list(self.segments)
        while len(kept) > 1 and len(kept[-1]) <= 2 * len(records):
            last = kept.pop()
            whole = last.take(np.arange(len(last)))
            records = cast("DataFrame[Records]", pd.concat([whole, records], ignore_index=True))
            match_ids = np.concatenate([last.match_ids, match_ids])
        records, match_ids = by_cluster(records, match_ids)
        table, contents = _hashed(records, match_ids, matcher)
        added = Segment.make(records, match_ids, table, contents, self.keys, shelf, kept)
        return replace(self, segments=(*kept, added))

    def __len__(self) -> int:
        return sum(map(len, self.segments))

    @property
    def first_share(self) -> float:
        """The share of the records that `common` speaks of."""
        return len(self.segments[0]) / len(self)

    @property
    def fresh_id(self) -> int:
        """The lowest `match_id` that lies above all that exist."""
        return max(-1, *(int(segment.match_ids[-1]) for segment in self.segments)) + 1

    def sizes_of(self, match_ids: Positions) -> Positions:
        """How many records each of some clusters has, 0 where there is no such cluster."""
        sizes: Positions = np.sum([s.sizes_of(match_ids) for s in self.segments], axis=0)
        return sizes

    def clusters_of(self, record_ids: pd.Series[str]) -> pd.Series[int]:
        """The cluster of each of these records that is there, by its position among them."""
        found: list[pd.Series[int]] = []
        for segment in self.segments:
            positions = segment.positions_of(record_ids)
            there = np.flatnonzero(positions >= 0)
            found.append(pd.Series(segment.match_ids[positions[there]], index=there))
        return pd.concat(found)


def _hashed(
    records: DataFrame[Records], match_ids: Positions, matcher: Matcher
) -> tuple[LargeTable, NDArray[np.int64]]:
    """The records hashed, and a number for what each row says and to which cluster it belongs."""
    table = LargeTable.of(records, matcher.columns, match_ids)
    return table, row_hashes(table.cells, match_ids[table.record_of])


def _keys(common: Common, options: MatchingOptions) -> list[Key]:
    effort = JoinEffort.of(options.accuracy_cost_tradeoff)
    return common.agreement.keys(effort.max_block_size)
