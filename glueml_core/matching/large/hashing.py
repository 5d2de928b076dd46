"""Rows as the hashes of their cells: all that joins need to see of a large table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from glueml_core.matching.arrays import Positions
from glueml_core.matching.cores import on_all_cores
from glueml_core.matching.large.texts import TextColumn, text_column
from glueml_core.matching.rows import ColumnProfile

__all__ = ["MISSING", "cell_hashes", "hashed_columns", "row_hashes", "text_hashes"]

MISSING = 0
# Texts that are Python objects at one time.
_TEXTS_AT_ONCE = 200_000
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
    return hashed_columns(records, columns)[1]


def hashed_columns(
    records: pd.DataFrame, columns: Sequence[ColumnProfile]
) -> tuple[tuple[TextColumn, ...], NDArray[np.int64]]:
    """The columns as numbered texts, and the numbers of their cells."""
    hashes = np.empty((len(records), len(columns)), dtype=np.int64)

    def read(position: int) -> TextColumn:
        column = text_column(records, columns[position].name)
        hashes[:, position] = np.append(text_hashes(column.texts), MISSING)[column.codes]
        return column

    # Arrow numbers one column's texts while Python hashes another's.
    return tuple(on_all_cores(read, range(len(columns)))), hashes


def text_hashes(texts: pa.Array) -> NDArray[np.int64]:
    """A number for each text, never MISSING."""
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
        mixed = (mixed ^ column.view(np.uint64)) * _SPREAD
        mixed ^= mixed >> np.uint64(29)
    return mixed.view(np.int64)
