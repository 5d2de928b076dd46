"""How common values and tokens are in a table too large to look at whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from glueml_core.matching.arrays import Floats, Positions
from glueml_core.matching.initials import Initials

__all__ = ["Background", "Counts", "rarity"]

# What a sample has but once says no more than what it does not have at all.
_MIN_COUNT = 2


def rarity(total: int, counts: Positions) -> Floats:
    """Natural logarithm of the rows per row that has something, shape of `counts`."""
    return np.asarray(np.log((total + 1) / np.maximum(counts, 1)), dtype=np.float32)


@dataclass(frozen=True)
class Counts:
    """
    How many rows of a sample have each of some things.

    Args:
        total: Rows of the sample that have anything.
        known: Rows by thing, of those that several rows have.
    """

    total: int
    known: pd.Series[int]

    @classmethod
    def of(cls, things: pd.Index, counts: Positions, total: int) -> Counts:
        """Of distinct things; rare ones are forgotten."""
        # A matrix of no tokens has one column all the same, which nothing counts.
        counts = counts[: len(things)]
        common = counts >= _MIN_COUNT
        return cls(total, pd.Series(counts[common], index=things[common]))

    def rarity(self, things: pd.Index) -> Floats:
        """Rarity of each, of unheard-of things as of those that one row has."""
        at = self.known.index.get_indexer(things)
        counts = np.append(self.known.to_numpy(np.int64), 1)
        return rarity(self.total, counts[at])


@dataclass(frozen=True)
class Background:
    """
    Counts from a sample of a table, for judging any part of that table as the whole would be.

    Args:
        values: Counts of each column's values, by the column's name.
        tokens: Counts by kind of token and column; those of whole rows under the column None.
        initials: How the table writes initials.
    """

    values: Mapping[str, Counts]
    tokens: Mapping[tuple[str, str | None], Counts]
    initials: Initials
