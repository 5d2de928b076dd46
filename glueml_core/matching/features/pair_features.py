"""All base features of row pairs: those that need no model."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from glueml_core.matching.arrays import Positions
from glueml_core.matching.features.column import ColumnFeatures, column_layout
from glueml_core.matching.features.feature import Feature, FeatureTable
from glueml_core.matching.features.record import RecordFeatures, moved_layout, record_layout
from glueml_core.matching.rows import ColumnProfile
from glueml_core.matching.vectors import TableVectors

__all__ = ["PairFeatures", "feature_layout"]


def feature_layout(columns: Sequence[ColumnProfile]) -> tuple[Feature, ...]:
    """The base features of a table with such columns, in the order in which they are computed."""
    names = tuple(column.name for column in columns)
    of_columns = (feature for c in columns for feature in column_layout(c.name, c.kind))
    return (*of_columns, *record_layout(), *moved_layout(names))


class PairFeatures:
    """Computes the base features of a table's row pairs."""

    def __init__(self, vectors: TableVectors) -> None:
        self._layout = feature_layout(vectors.table.profile)
        columns = [
            ColumnFeatures(column, words, phrases, grams, digits, rarity)
            for column, words, phrases, grams, digits, rarity in zip(
                vectors.table.columns,
                vectors.words.columns,
                vectors.phrases.columns,
                vectors.grams.columns,
                vectors.digits.columns,
                vectors.value_rarity,
                strict=True,
            )
        ]
        record = RecordFeatures(vectors)
        self._parts: tuple[Callable[[Positions, Positions], FeatureTable], ...] = (
            *columns,
            record,
            record.moved,
        )

    def __call__(
        self, left: Positions, right: Positions, room_for: Sequence[Feature] = ()
    ) -> FeatureTable:
        """
        Features of pairs of rows, in the order of `feature_layout`.

        Args:
            left: One row of each pair.
            right: The other.
            room_for: More features, which stand behind them in the table and are not there yet.
        """
        layout = (*self._layout, *room_for)
        values = np.empty((len(left), len(layout)), dtype=np.float32)
        end = 0
        for part in self._parts:
            found = part(left, right).values
            start, end = end, end + found.shape[1]
            values[:, start:end] = found
        return FeatureTable(layout, values)
