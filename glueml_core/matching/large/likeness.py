"""How alike two rows are at a glance: few numbers a pair, quick to compute by the million."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

from glueml_core.matching.arrays import Floats, Mask, Positions
from glueml_core.matching.large.hashing import MISSING

__all__ = ["Cells", "likeness"]

# What follows the first characters of a long description costs more than it tells at a glance.
_MAX_CHARS = 48
_SCORERS = (JaroWinkler.normalized_similarity, OSA.normalized_similarity)


@dataclass(frozen=True)
class Cells:
    """
    One column's cells of one side of some pairs.

    Args:
        hashes: As `HashedColumns` has them, shape (n_pairs,).
        rarity: Rarity of each text in its table, in nats, shape (n_pairs,).
        numbers: Position of each cell's text in `texts`, shape (n_pairs,).
        texts: The column's normalized texts, an Arrow array.
    """

    hashes: NDArray[np.int64]
    rarity: Floats
    numbers: NDArray[np.int32]
    texts: pa.Array

    def beginnings(self, pairs: Positions) -> list[str]:
        """The first characters of some pairs' texts."""
        texts = self.texts.take(pa.array(self.numbers[pairs]))
        return list(pc.utf8_slice_codeunits(texts, 0, _MAX_CHARS).to_pylist())


def likeness(left: Sequence[Cells], right: Sequence[Cells], is_same: Mask) -> Floats:
    """
    For each column the rarity of an equal value and letter similarities, NaN where one is missing;
    for the pair the rarity of all equal values, of values that stand in another column of the other
    row, and whether the two are records that say the same.

    Args:
        left: Each column's cells of the pairs' one row.
        right: Of their other.
        is_same: Which pairs are of a row with itself.

    Returns:
        Shape (n_pairs, 3 * n_columns + 3).
    """
    columns = [_of_column(one, other) for one, other in zip(left, right, strict=True)]
    equal = np.nansum([features[0] for features in columns], axis=0, dtype=np.float32)
    whole = [equal, _moved(left, right), is_same]
    return np.column_stack([*(f for features in columns for f in features), *whole]).astype(
        np.float32
    )


def _of_column(one: Cells, other: Cells) -> tuple[Floats, ...]:
    present = (one.hashes != MISSING) & (other.hashes != MISSING)
    equal = one.hashes == other.hashes
    rarity = np.where(equal, one.rarity, np.float32(0))
    rarity[~present] = np.nan
    unequal = np.flatnonzero(present & ~equal)
    # Most cells are equal or missing, and are not looked at.
    texts = [side.beginnings(unequal) for side in (one, other)]
    return rarity, *(_similarity(scorer, texts, present, unequal) for scorer in _SCORERS)


def _similarity(
    scorer: Callable[..., Any], texts: list[list[str]], present: Mask, unequal: NDArray[np.int64]
) -> Floats:
    similarity = np.where(present, np.float32(1), np.float32(np.nan))
    similarity[unequal] = process.cpdist(*texts, scorer=scorer, dtype=np.float32, workers=1)
    return similarity


def _moved(left: Sequence[Cells], right: Sequence[Cells]) -> Floats:
    """Rarity of values of one row that stand in another column of the other: swapped names."""
    moved = np.zeros(len(left[0].hashes) if left else 0, dtype=np.float32)
    for i, one in enumerate(left):
        elsewhere = np.zeros(len(moved), dtype=bool)
        for j, other in enumerate(right):
            if i != j:
                elsewhere |= one.hashes == other.hashes
        elsewhere &= (one.hashes != MISSING) & (one.hashes != right[i].hashes)
        moved += np.where(elsewhere, one.rarity, np.float32(0))
    return moved
