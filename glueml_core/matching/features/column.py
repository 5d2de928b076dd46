"""Features of a pair from one column."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from glueml_core.matching.arrays import Floats, Positions
from glueml_core.matching.columns import Column, Kind
from glueml_core.matching.features.feature import Feature, FeatureTable
from glueml_core.matching.features.text import TEXT_SIMILARITIES, text_similarities
from glueml_core.matching.features.tokens import (
    OVERLAP,
    TokenOverlap,
    features_about,
    overlap_features,
    shared_mass_features,
)
from glueml_core.matching.features.values import (
    DATE_SIMILARITIES,
    NUMBER_SIMILARITIES,
    date_similarities,
    number_similarities,
)
from glueml_core.matching.tokens import TokenVectors

__all__ = ["ColumnFeatures", "column_layout"]

_EXTRA = {"text": (), "number": NUMBER_SIMILARITIES, "date": DATE_SIMILARITIES}


def column_layout(name: str, kind: Kind) -> tuple[Feature, ...]:
    """The features of one column, in the order in which they are computed."""
    compared = (
        Feature("equal"),
        Feature("rarity of the equal value", direction=0),
        *(Feature(similarity) for similarity in TEXT_SIMILARITIES),
        Feature("word cosine"),
        Feature("letter cosine"),
        *features_about("words", OVERLAP),
        Feature("phrase cosine"),
        *features_about("phrases", OVERLAP),
        Feature("share of numbers found in the other"),
        Feature("rarity of unshared numbers, sparer side", direction=0),
        *(Feature(similarity) for similarity in _EXTRA[kind]),
    )
    missing = (
        Feature("missing on one side", direction=0),
        Feature("missing on both sides", direction=0),
    )
    return tuple(Feature(f.name, name, f.direction) for f in (*compared, *missing))


@dataclass(frozen=True)
class ColumnFeatures:
    """Compares the distinct value pairs of one column, each only once."""

    column: Column
    words: TokenVectors
    phrases: TokenVectors
    grams: TokenVectors
    digits: TokenVectors
    rarity: Floats

    @cached_property
    def _overlaps(self) -> tuple[TokenOverlap, ...]:
        kinds = (self.words, self.phrases, self.grams, self.digits)
        return tuple(TokenOverlap(vectors) for vectors in kinds)

    def __call__(self, rows_l: Positions, rows_r: Positions) -> FeatureTable:
        """Features of pairs of rows."""
        layout = column_layout(self.column.name, self.column.kind)
        left, right = self.column.codes[rows_l], self.column.codes[rows_r]
        present = (left >= 0) & (right >= 0)
        values = np.full((len(rows_l), len(layout)), np.nan, dtype=np.float32)
        values[:, -2] = (left >= 0) != (right >= 0)
        values[:, -1] = (left < 0) & (right < 0)
        if present.any():
            values[present, :-2] = self._present(left[present], right[present])
        return FeatureTable(layout, values)

    def _present(self, left: np.ndarray, right: np.ndarray) -> Floats:
        # Lower value first: every measure then sees a pair the same way round.
        low, high = (
            np.minimum(left, right).astype(np.int64),
            np.maximum(left, right).astype(np.int64),
        )
        size = len(self.column.values)
        distinct, position = np.unique(low * size + high, return_inverse=True)
        return self._distinct(distinct // size, distinct % size)[position]

    def _distinct(self, low: Positions, high: Positions) -> Floats:
        texts = self.column.words
        words, phrases, grams, digits = self._overlaps
        left, right = [texts[i] for i in low], [texts[i] for i in high]
        equal = np.fromiter(map(str.__eq__, left, right), dtype=np.float32, count=len(left))
        rarity = np.minimum(self.rarity[low], self.rarity[high])
        parts = [
            equal,
            equal * rarity,
            text_similarities(left, right),
            words.cosine(low, high),
            grams.cosine(low, high),
            overlap_features(words, low, high),
            phrases.cosine(low, high),
            overlap_features(phrases, low, high),
            shared_mass_features(digits, low, high)[:, [1, 3]],
        ]
        if self.column.kind == "number":
            parts.append(number_similarities(self.column.numbers[low], self.column.numbers[high]))
        if self.column.kind == "date":
            parts.append(date_similarities(self.column.dates[low], self.column.dates[high]))
        return np.column_stack(parts).astype(np.float32)
