"""A measured property of a record pair, and tables of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from glueml_core.matching.arrays import Floats, Positions

__all__ = ["Feature", "FeatureTable", "side_by_side"]


@dataclass(frozen=True)
class Feature:
    """
    One property of a pair.

    Args:
        name: What it measures.
        column: The user's column it measures, None for the record as a whole.
        direction: 1 if more of it never makes a match less likely, -1 the other way round, 0 if
            either may be.
    """

    name: str
    column: str | None = None
    direction: int = 1

    @property
    def label(self) -> str:
        """Unique within a table, and readable."""
        return f"{self.column}: {self.name}" if self.column is not None else self.name


@dataclass(frozen=True)
class FeatureTable:
    """
    Features of some pairs, NaN where a value is missing.

    Args:
        features: What each column of `values` measures.
        values: Shape (n_pairs, n_features).
    """

    features: tuple[Feature, ...]
    values: Floats

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, label: str) -> Floats:
        """One feature by its label, shape (n_pairs,)."""
        return self.values[:, [feature.label for feature in self.features].index(label)]

    def named(self, name: str) -> Floats:
        """A feature of every user's column that has it, shape (n_pairs, n_columns)."""
        chosen = [i for i, f in enumerate(self.features) if f.name == name and f.column is not None]
        return self.values[:, chosen]

    def take(self, pairs: Positions | slice) -> FeatureTable:
        """The same features of some of the pairs, by position."""
        return FeatureTable(self.features, self.values[pairs])


def side_by_side(tables: Sequence[FeatureTable]) -> FeatureTable:
    """Several features tables of the same pairs as one."""
    return FeatureTable(
        features=tuple(feature for table in tables for feature in table.features),
        values=np.concatenate([table.values for table in tables], axis=1),
    )
