"""What the matcher says of some groups of a large table, to learn from."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from glueml_core.matching.arrays import Mask, Positions
from glueml_core.matching.features.telling import WordLore
from glueml_core.matching.large.apprentice import Apprentice
from glueml_core.matching.large.candidates import Candidates
from glueml_core.matching.large.comparing import compare_groups
from glueml_core.matching.large.glancing import TableLikeness
from glueml_core.matching.scoring import Scoring

if TYPE_CHECKING:
    from pandera.typing import DataFrame

    from glueml_core.matching.background import Background
    from glueml_core.matching.extensions import Extensions
    from glueml_core.matching.matcher import Matcher
    from glueml_core.schemas import Records

__all__ = ["Lessons"]

# Rows that are compared with themselves, for what the matcher thinks of records that say the same.
_EQUAL_PAIRS = 2_000


class Lessons(NamedTuple):
    """
    What some groups told about the whole table.

    Args:
        lore: How telling its words are.
        apprentice: What it has learned of the matcher.
    """

    lore: WordLore
    apprentice: Apprentice

    @classmethod
    def of(
        cls,
        records: DataFrame[Records],
        likeness: TableLikeness,
        pairs: Candidates,
        group: Positions,
        sample: Mask,
        matcher: Matcher,
        background: Background,
        extensions: Extensions,
    ) -> Lessons:
        """
        Let the matcher score all pairs of some groups, and the apprentice watch.

        Args:
            records: All records.
            likeness: Of the table's rows.
            pairs: All candidate pairs.
            group: Group of each row, shape (n_rows,).
            sample: Which groups to compare, shape (n_groups,).
            matcher: What training produced.
            background: What is common in the whole table.
            extensions: The user's features among them, of which the apprentice sees nothing.
        """
        table = likeness.table
        comparison = compare_groups(records, table, pairs, sample[group], background, extensions)
        scoring = Scoring(matcher, comparison)
        row = np.empty(len(comparison.table), dtype=np.int64)
        row[comparison.table.row_of] = table.row_of[sample[group[table.row_of]]]
        # Rows of the large table stand in random order.
        equal = np.argsort(row)[:_EQUAL_PAIRS]
        left = np.concatenate([comparison.candidates.left, equal])
        right = np.concatenate([comparison.candidates.right, equal])
        probability = np.concatenate([scoring.candidates, scoring(equal, equal)])
        half = group[row[left]] % 2 == 0
        values = likeness(row[left], row[right])
        apprentice = Apprentice.of(values, probability, half)
        is_wary = matcher.large_merge_share > 0
        return cls(scoring.word_lore, replace(apprentice, is_wary=is_wary))
