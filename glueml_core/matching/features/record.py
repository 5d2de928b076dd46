"""Features of a pair from whole rows: what is shared wherever it stands."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from glueml_core.matching.arrays import Floats, Positions, SparseRows
from glueml_core.matching.features.feature import Feature, FeatureTable
from glueml_core.matching.features.tokens import (
    SHARED_MASS,
    TokenOverlap,
    features_about,
    shared_mass_features,
)
from glueml_core.matching.tokens import paired_dot
from glueml_core.matching.vectors import TableVectors

__all__ = ["RecordFeatures", "moved_layout", "record_layout"]


def record_layout() -> tuple[Feature, ...]:
    """The features of whole rows, in the order in which they are computed."""
    masses = (
        feature
        for tokens in ("words of the record", "letters of the record", "codes")
        for feature in features_about(tokens, SHARED_MASS)
    )
    return (
        Feature("record word cosine"),
        Feature("record letter cosine"),
        *masses,
        Feature("rarity of codes found in the other's text", direction=0),
        Feature("shared beginnings of codes"),
        Feature("codes on both sides, none shared", direction=-1),
        Feature("acronyms spelled out by the other"),
    )


def moved_layout(columns: tuple[str, ...]) -> tuple[Feature, ...]:
    """Per column: how much of its words the other record has anywhere."""
    return tuple(
        Feature(f"found anywhere in the other record, {side} side", column)
        for column in columns
        for side in ("better", "worse")
    )


@dataclass(frozen=True)
class RecordFeatures:
    """Compares whole rows."""

    vectors: TableVectors

    @cached_property
    def _words(self) -> TokenOverlap:
        return TokenOverlap(self.vectors.words.rows)

    @cached_property
    def _grams(self) -> TokenOverlap:
        return TokenOverlap(self.vectors.grams.rows)

    @cached_property
    def _codes(self) -> TokenOverlap:
        return TokenOverlap(self.vectors.codes[0])

    def __call__(self, left: Positions, right: Positions) -> FeatureTable:
        """Features of pairs of rows."""
        parts = [
            self._words.cosine(left, right),
            self._grams.cosine(left, right),
            shared_mass_features(self._words, left, right),
            shared_mass_features(self._grams, left, right),
            shared_mass_features(self._codes, left, right),
            self._code_features(left, right),
            self._acronyms(left, right),
        ]
        return FeatureTable(record_layout(), np.column_stack(parts).astype(np.float32))

    def _code_features(self, left: Positions, right: Positions) -> Floats:
        codes, runs, beginnings = self.vectors.codes
        weighted = codes.weighted()
        found = paired_dot(weighted, runs.presence, left, right)
        found_back = paired_dot(weighted, runs.presence, right, left)
        begun = paired_dot(beginnings.presence, beginnings.presence, left, right)
        has_code = np.diff(codes.presence.indptr) > 0
        conflict = has_code[left] & has_code[right] & (found == 0) & (found_back == 0)
        return np.column_stack([np.maximum(found, found_back), begun, conflict])

    def _acronyms(self, left: Positions, right: Positions) -> Floats:
        """Rarity of the words of one row that the other spells out, and does not have itself."""
        there = paired_dot(self._word_rarity, self._spelled_elsewhere, left, right)
        back = paired_dot(self._word_rarity, self._spelled_elsewhere, right, left)
        return np.maximum(there, back)

    @cached_property
    def _word_rarity(self) -> SparseRows:
        return self._words.vectors.weighted()

    @cached_property
    def _spelled_elsewhere(self) -> SparseRows:
        spelled = self.vectors.acronyms
        return (spelled - spelled.multiply(self.vectors.words.rows.presence)).tocsr()

    def moved(self, left: Positions, right: Positions) -> FeatureTable:
        """How much of each column's words, by rarity, the other record has anywhere."""
        table = self.vectors.table
        parts = []
        for position in range(len(table.columns)):
            there = self._found(position, left, right)
            back = self._found(position, right, left)
            parts += [np.fmax(there, back), np.fmin(there, back)]
        names = tuple(column.name for column in table.columns)
        values = np.column_stack(parts) if parts else np.empty((len(left), 0))
        return FeatureTable(moved_layout(names), values.astype(np.float32))

    def _found(self, column: int, of: Positions, among: Positions) -> Floats:
        """Share of the words of one row's value that the other row has, NaN without a value."""
        codes = self.vectors.table.columns[column].codes[of]
        present = codes >= 0
        shares = np.full(len(of), np.nan, dtype=np.float32)
        weighted, mass = self._column_words[column]
        held = paired_dot(
            weighted, self.vectors.words.rows.presence, codes[present], among[present]
        )
        shares[present] = held / mass[codes[present]]
        return shares

    @cached_property
    def _column_words(self) -> tuple[tuple[SparseRows, Floats], ...]:
        """Each column's words by their rarity in rows, and each value's total."""
        pairs = []
        for vectors in self.vectors.words.columns:
            overlap = TokenOverlap(
                type(vectors)(vectors.presence, self.vectors.words.rows.idf + 0.1)
            )
            pairs.append((overlap.vectors.weighted(), np.maximum(overlap.mass, 1e-6)))
        return tuple(pairs)
