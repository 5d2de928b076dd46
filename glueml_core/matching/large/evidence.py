"""What it tells that two rows agree, for pairs by the million."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glueml_core.matching.arrays import Mask, Positions
from glueml_core.matching.large.agreement import PER_NAT, Agreement, News
from glueml_core.matching.large.texts import TextColumn
from glueml_core.matching.large.words import WordColumn
from glueml_core.matching.portions import portions

__all__ = ["Evidence", "text_rarities"]

_PAIRS_AT_ONCE = 60_000


@dataclass(frozen=True)
class Evidence:
    """
    The law of `Agreement.evidence_sql`, on arrays.

    Args:
        codes: Number of each row's text of each column, -1 where missing, shape (n_rows,
            n_columns).
        rarities: Rarity of each text of each column, in thousandths of a nat.
        news: What the columns tell, as `Agreement.news` gives it.
    """

    codes: NDArray[np.int32]
    rarities: tuple[NDArray[np.int32], ...]
    news: tuple[News, ...]

    @classmethod
    def of(cls, columns: Sequence[TextColumn | WordColumn], agreement: Agreement) -> Evidence:
        """What pairs of rows of a table with these columns tell."""
        return cls(
            # Side by side, the cells of a row come into the cache together.
            np.column_stack([column.codes for column in columns]),
            tuple(text_rarities(column.counts, agreement.row_count) for column in columns),
            tuple(agreement.news),
        )

    def __call__(self, left: Positions, right: Positions) -> NDArray[np.int32]:
        """Evidence of each pair of rows, in thousandths of a nat, shape (n_pairs,)."""
        found = [
            self._portion(left[part], right[part]) for part in portions(len(left), _PAIRS_AT_ONCE)
        ]
        return np.concatenate([np.empty(0, np.int32), *found])

    def _portion(self, left: Positions, right: Positions) -> NDArray[np.int32]:
        given = self.codes.take(left, axis=0)
        equal = np.ascontiguousarray(((given == self.codes.take(right, axis=0)) & (given >= 0)).T)
        total = np.zeros(len(left), dtype=np.int32)
        for news in self.news:
            agreeing = np.flatnonzero(equal[news.column])
            rarity = self.rarities[news.column][given[agreeing, news.column]]
            total[agreeing] += np.maximum(rarity - _told(news, equal[:, agreeing]), 0)
        return total


def _told(news: News, equal: Mask) -> NDArray[np.int32]:
    """What rarer columns that agree have told already."""
    told = np.zeros(equal.shape[1], dtype=np.int32)
    for column, amount in news.told_by:
        np.maximum(told, equal[column] * np.int32(amount), out=told)
    return told


def text_rarities(counts: NDArray[np.int64], row_count: int) -> NDArray[np.int32]:
    """Rarity of texts that so many rows have, in thousandths of a nat."""
    rarities = np.rint(PER_NAT * np.log(row_count / np.maximum(counts, 1)))
    return np.asarray(rarities, dtype=np.int32)
