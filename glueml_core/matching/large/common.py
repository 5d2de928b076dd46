"""What is common in a large table, which every part of it is judged by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from glueml_core.matching.background import Background
from glueml_core.matching.features.telling import WordLore
from glueml_core.matching.large.agreement import Agreement
from glueml_core.matching.large.candidates import Candidates, candidates_of
from glueml_core.matching.large.comparing import compare_groups
from glueml_core.matching.large.effort import JoinEffort
from glueml_core.matching.large.part import PartMatcher
from glueml_core.matching.large.table import LargeTable, background_of
from glueml_core.matching.scoring import Scoring

if TYPE_CHECKING:
    from pandera.typing import DataFrame

    from glueml_core.matching.arrays import Mask
    from glueml_core.matching.matcher import Matcher
    from glueml_core.matching.options import MatchingOptions
    from glueml_core.schemas import Labels, Records

__all__ = ["Common"]

# Rows whose pairs tell how telling words are.
_LORE_ROWS = 5_000


@dataclass(frozen=True)
class Common:
    """
    What is common in a table.

    Args:
        agreement: How often its rows agree by chance.
        background: How common values and tokens are.
        lore: How telling words are.
    """

    agreement: Agreement
    background: Background
    lore: WordLore

    @classmethod
    def of(
        cls,
        records: DataFrame[Records],
        table: LargeTable,
        seeds: Mask,
        matcher: Matcher,
        options: MatchingOptions,
    ) -> tuple[Common, Candidates]:
        """
        Look at a table; the pairs that this needs are joined together with those of other rows.

        Args:
            records: All records.
            table: The same, hashed.
            seeds: Rows whose candidate pairs are wanted too, shape (n_rows,).
            matcher: What training produced.
            options: How to trade cost for accuracy.

        Returns:
            What is common, and the candidate pairs of the seeds.
        """
        agreement, effort = table.agreement, JoinEffort.of(options.accuracy_cost_tradeoff)
        # Rows stand in random order.
        sampled = np.arange(len(table)) < _LORE_ROWS
        near = candidates_of(table, agreement, effort, seeds | sampled)
        background = background_of(table.sample(records), matcher.columns)
        pairs = near.take(sampled[near.left] | sampled[near.right])
        rows = sampled.copy()
        rows[pairs.left] = rows[pairs.right] = True
        comparison = compare_groups(records, table, pairs, rows, background, options.extensions)
        lore = Scoring(matcher, comparison).word_lore
        return cls(agreement, background, lore), near.take(seeds[near.left] | seeds[near.right])

    def part_matcher(
        self, matcher: Matcher, labels: DataFrame[Labels], options: MatchingOptions
    ) -> PartMatcher:
        """What clusters a part of the table, by a matcher and under some labels."""
        return PartMatcher.of(matcher, self.background, self.lore, labels, options)
