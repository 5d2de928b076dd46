"""Numbers for texts and for rows, the same in every process and every engine."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from glueml_core.matching.arrays import Positions

__all__ = ["MISSING", "SPREAD", "row_hashes", "text_hashes"]

MISSING = 0
# Texts that are Python objects at one time.
_TEXTS_AT_ONCE = 200_000
# Odd numbers: multiplying by one loses no bit.
SPREAD = np.uint64(0x9E3779B97F4A7C15)


def text_hashes(texts: pa.Array) -> NDArray[np.int64]:
    """
    A number for each text, never MISSING.

    Two values of a column get one number by accident once in about 10^19 pairs. The numbers depend
    on nothing but the text, so that every process and every engine agrees on them.
    """
    parts = [np.empty(0, np.uint64)]
    for start in range(0, len(texts), _TEXTS_AT_ONCE):
        part = np.array(texts.slice(start, _TEXTS_AT_ONCE).to_pylist(), dtype=object)
        parts.append(pd.util.hash_array(part, categorize=False))
    hashes = np.concatenate(parts)
    return np.where(hashes == MISSING, np.uint64(1), hashes).view(np.int64)


def row_hashes(*parts: Positions) -> NDArray[np.int64]:
    """
    One number for the content of each row, shape (n_rows,).

    In ascending order, they are also a random order that depends on nothing but the content.

    Args:
        parts: The content side by side, each of shape (n_rows, n_numbers) or (n_rows,).
    """
    mixed = np.zeros(len(parts[0]), dtype=np.uint64)
    for column in (column for part in parts for column in np.atleast_2d(part.T)):
        mixed = (mixed ^ column.view(np.uint64)) * SPREAD
        mixed ^= mixed >> np.uint64(29)
    return mixed.view(np.int64)
