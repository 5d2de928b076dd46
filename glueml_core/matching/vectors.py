"""The words, character 3-grams and codes of a table, for each column and for whole rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from glueml_core.matching.arrays import Positions, SparseRows
from glueml_core.matching.codes import code_prefixes, codes_in, squeezed_runs
from glueml_core.matching.columns import Column
from glueml_core.matching.rows import DistinctRows
from glueml_core.matching.tokens import TokenVectors, gram_presence, token_presence

__all__ = ["TableVectors", "ViewVectors"]


@dataclass(frozen=True)
class ViewVectors:
    """
    One kind of token, over one vocabulary that all columns share.

    Args:
        columns: Vectors of each column's distinct values; rarity is judged within the column.
        rows: Vectors of whole rows.
    """

    columns: tuple[TokenVectors, ...]
    rows: TokenVectors


@dataclass(frozen=True)
class TableVectors:
    """Sparse vectors of a table, each made when first asked for."""

    table: DistinctRows

    @cached_property
    def words(self) -> ViewVectors:
        """Words."""
        return self._view(lambda texts: token_presence([text.split() for text in texts]), _words)

    @cached_property
    def grams(self) -> ViewVectors:
        """Runs of three characters."""
        return self._view(gram_presence, _words)

    @cached_property
    def digits(self) -> ViewVectors:
        """Words with a digit in them."""
        return self._view(
            lambda texts: token_presence([_with_digit(text) for text in texts]), _words
        )

    @cached_property
    def codes(self) -> tuple[TokenVectors, TokenVectors, TokenVectors]:
        """Of whole rows, over one vocabulary: codes, what a code may be part of, code prefixes."""
        texts = [value for column in self.table.columns for value in column.values]
        lists = [
            *(codes_in(text) for text in texts),
            *(squeezed_runs(text) for text in texts),
            *(code_prefixes(text) for text in texts),
        ]
        presence = token_presence(lists)
        thirds = [presence[i * len(texts) : (i + 1) * len(texts)] for i in range(3)]
        vectors = [TokenVectors.of(self._rows(third)) for third in thirds]
        return vectors[0], vectors[1], vectors[2]

    def _view(
        self,
        presence_of: Callable[[Sequence[str]], SparseRows],
        texts_of: Callable[[Column], Sequence[str]],
    ) -> ViewVectors:
        columns = self.table.columns
        presence = presence_of([text for column in columns for text in texts_of(column)])
        ends = np.cumsum([0, *(len(column.values) for column in columns)])
        return ViewVectors(
            columns=tuple(
                TokenVectors.of(presence[start:end], column.frequencies)
                for column, start, end in zip(columns, ends, ends[1:], strict=False)
            ),
            rows=TokenVectors.of(self._rows(presence)),
        )

    def _rows(self, value_presence: SparseRows) -> SparseRows:
        """1 where any of a row's values has the token."""
        rows, values = _value_positions(self.table)
        ones = np.ones(len(rows), dtype=np.float32)
        has_value = sparse.csr_matrix(
            (ones, (rows, values)), shape=(len(self.table), value_presence.shape[0])
        )
        presence = (has_value @ value_presence).tocsr()
        presence.data[:] = 1
        return presence


def _words(column: Column) -> Sequence[str]:
    return column.words


def _with_digit(text: str) -> list[str]:
    return [word for word in text.split() if any(char.isdigit() for char in word)]


def _value_positions(table: DistinctRows) -> tuple[Positions, Positions]:
    """Which row has which value, values numbered through all columns."""
    rows, values, start = [], [], 0
    for column in table.columns:
        present = np.flatnonzero(column.codes >= 0)
        rows.append(present)
        values.append(column.codes[present].astype(np.int64) + start)
        start += len(column.values)
    return np.concatenate(rows), np.concatenate(values)
