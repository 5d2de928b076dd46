"""All base features of row pairs: those that need no model."""

from __future__ import annotations

from collections.abc import Sequence

from glueml_core.matching.arrays import Positions
from glueml_core.matching.features.column import ColumnFeatures, column_layout
from glueml_core.matching.features.feature import Feature, FeatureTable, side_by_side
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
        self._columns = [
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
        self._record = RecordFeatures(vectors)

    def __call__(self, left: Positions, right: Positions) -> FeatureTable:
        """Features of pairs of rows, in the order of `feature_layout`."""
        of_columns = [features(left, right) for features in self._columns]
        return side_by_side(
            [*of_columns, self._record(left, right), self._record.moved(left, right)]
        )
