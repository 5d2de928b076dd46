"""The columns of a large table as the hashes of their cells: all that joins need to see of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from glueml_core.matching.cores import on_all_cores
from glueml_core.matching.large.hashing import MISSING, text_hashes
from glueml_core.matching.large.texts import TextColumn, text_column
from glueml_core.matching.large.words import WordColumn, word_columns
from glueml_core.matching.rows import ColumnProfile

__all__ = ["HashedColumns", "hash_count"]


@dataclass(frozen=True)
class HashedColumns:
    """
    Columns as numbers.

    Args:
        texts: The columns as numbered texts.
        words: Words of those that are joined on words, the columns one after the other.
        cells: A number for each cell and each word, the same wherever two say the same; MISSING
            where one says none. Shape (n_records, n_columns + n_words).
    """

    texts: tuple[TextColumn, ...]
    words: tuple[WordColumn, ...]
    cells: NDArray[np.int64]

    @classmethod
    def of(cls, records: pd.DataFrame, columns: Sequence[ColumnProfile]) -> HashedColumns:
        """Hash records, whose columns are to be read so."""
        cells = np.empty((len(records), hash_count(columns)), dtype=np.int64)

        def read(position: int) -> TextColumn:
            column = text_column(records, columns[position].name)
            cells[:, position] = np.append(text_hashes(column.texts), MISSING)[column.codes]
            return column

        # Arrow numbers one column's texts while Python hashes another's.
        texts = tuple(on_all_cores(read, range(len(columns))))
        words = tuple(
            word
            for text, column in zip(texts, columns, strict=True)
            for word in word_columns(text, column.joined_words)
        )
        for position, word in enumerate(words, start=len(columns)):
            cells[:, position] = word.cells
        return cls(texts, words, cells)


def hash_count(columns: Sequence[ColumnProfile]) -> int:
    """How many numbers each row of such columns has."""
    return len(columns) + sum(column.joined_words for column in columns)
