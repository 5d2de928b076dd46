"""Rows as the hashes of their cells: all that joins need to see of a large table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from glueml_core.matching.normalize import text_codes
from glueml_core.matching.rows import ColumnProfile

__all__ = ["MISSING", "cell_hashes", "row_hashes"]

MISSING = 0
# Odd numbers: multiplying by one loses no bit.
_SPREAD = np.uint64(0x9E3779B97F4A7C15)


def cell_hashes(records: pd.DataFrame, columns: Sequence[ColumnProfile]) -> NDArray[np.int64]:
    """
    A number for each cell, the same wherever two cells say the same; MISSING where one says none.

    Two values of a column get one number by accident once in about 10^19 pairs. The numbers depend
    on nothing but the text, so that every process and every engine agrees on them.

    Returns:
        Shape (n_records, n_columns).
    """
    hashes = np.full((len(records), len(columns)), MISSING, dtype=np.int64)
    for position, column in enumerate(columns):
        if column.name in records.columns:
            codes, texts = text_codes(records[column.name])
            of_text = pd.util.hash_array(np.array(texts, dtype=object), categorize=False)
            known = np.append(np.where(of_text == MISSING, 1, of_text), MISSING)
            hashes[:, position] = known.astype(np.uint64).view(np.int64)[codes]
    return hashes


def row_hashes(cells: NDArray[np.int64]) -> NDArray[np.int64]:
    """
    One number for the content of each row, shape (n_rows,).

    In ascending order, they are also a random order that depends on nothing but the content.
    """
    mixed = np.zeros(len(cells), dtype=np.uint64)
    for position in range(cells.shape[1]):
        mixed = (mixed ^ cells[:, position].view(np.uint64)) * _SPREAD
        mixed ^= mixed >> np.uint64(29)
    return mixed.view(np.int64)
