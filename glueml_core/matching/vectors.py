"""The words, character 3-grams and codes of a table, for each column and for whole rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from scipy import sparse

from glueml_core.matching.acronyms import spelled_out
from glueml_core.matching.arrays import Floats, Positions, SparseRows
from glueml_core.matching.background import Background, Counts, rarity
from glueml_core.matching.codes import code_tokens
from glueml_core.matching.rows import DistinctRows
from glueml_core.matching.tokens import (
    TokenMatrix,
    Tokens,
    TokenVectors,
    gram_presence,
    phrases_of,
    token_presence,
    words_in,
)

__all__ = ["TableVectors", "ViewVectors"]

_CODE_KINDS = ("code", "run", "prefix")
# Two letters begin two neighboring words by chance all the time: enough to judge a pair by, not to
# look for pairs.
_MIN_LETTERS_TO_MEET = 3
# As `\d` of Python's own, in any script.
_DIGIT = r"\p{Nd}"


@dataclass(frozen=True)
class ViewVectors:
    """
    One kind of token, over one vocabulary that all columns share.

    Args:
        columns: Vectors of each column's distinct values; rarity is judged within the column.
        rows: Vectors of whole rows.
        tokens: The vocabulary.
    """

    columns: tuple[TokenVectors, ...]
    rows: TokenVectors
    tokens: pd.Index


@dataclass(frozen=True)
class TableVectors:
    """
    Sparse vectors of a table, each made when first asked for.

    Args:
        table: Its distinct rows.
        background: How common things are in the larger table that this is a part of; left out,
            the table speaks for itself.
    """

    table: DistinctRows
    background: Background | None = None

    @cached_property
    def words(self) -> ViewVectors:
        """Words."""
        return self._view("word", token_presence(self._found, len(self._texts)))

    @cached_property
    def phrases(self) -> ViewVectors:
        """Two words in a row."""
        return self._view("phrase", token_presence(phrases_of(self._found), len(self._texts)))

    @cached_property
    def grams(self) -> ViewVectors:
        """Runs of three characters."""
        return self._view("gram", gram_presence(self._texts))

    @cached_property
    def digits(self) -> ViewVectors:
        """Words with a digit in them."""
        found = self._found.where(pc.match_substring_regex(self._found.tokens, _DIGIT))
        return self._view("digit", token_presence(found, len(self._texts)))

    @cached_property
    def codes(self) -> tuple[TokenVectors, TokenVectors, TokenVectors]:
        """Of whole rows, over one vocabulary: codes, what a code may be part of, code prefixes."""
        _, vectors = self._codes
        return vectors

    @cached_property
    def acronyms(self) -> SparseRows:
        """1 where a row spells out a word of the table's, shape (n_rows, n_words)."""
        tokens = self.words.tokens
        position = {word: at for at, word in enumerate(tokens)}
        found = [
            (row, position[word])
            for row, text in enumerate(self._texts)
            for word in spelled_out(text, position)
        ]
        rows, columns = np.array(found, dtype=np.int64).reshape(-1, 2).T
        ones = np.ones(len(found), dtype=np.float32)
        shape = (len(self._texts), self.words.rows.presence.shape[1])
        return self._rows(sparse.csr_matrix((ones, (rows, columns)), shape=shape))

    @cached_property
    def words_with_acronyms(self) -> TokenVectors:
        """Of whole rows: words, and the longer words that they spell out."""
        long = [float(len(word) >= _MIN_LETTERS_TO_MEET) for word in self.words.tokens]
        # Without any word the matrix has one column all the same.
        spelled = self.acronyms @ sparse.diags(long or [0.0])
        either = (self.words.rows.presence + spelled).tocsr()
        either.eliminate_zeros()
        either.data[:] = 1
        return TokenVectors.of(either)

    @cached_property
    def value_rarity(self) -> tuple[Floats, ...]:
        """Rarity of each column's values, in nats."""
        return tuple(
            rarity(int(column.frequencies.sum()), column.frequencies)
            if self.background is None
            else self.background.values[column.name].rarity(pd.Index(column.values, dtype=object))
            for column in self.table.columns
        )

    def as_background(self) -> Background:
        """What this table, a sample of a larger one, says about how common things are."""
        tokens: dict[tuple[str, str | None], Counts] = {}
        views = {
            "word": self.words,
            "phrase": self.phrases,
            "gram": self.grams,
            "digit": self.digits,
        }
        for kind, view in views.items():
            for column, vectors in zip(self.table.columns, view.columns, strict=True):
                copies = column.frequencies
                holders = vectors.presence.T @ copies
                tokens[kind, column.name] = Counts.of(view.tokens, holders, int(copies.sum()))
            tokens[kind, None] = Counts.of(view.tokens, view.rows.holders, len(self.table))
        names, codes = self._codes
        for kind, vectors in zip(_CODE_KINDS, codes, strict=True):
            tokens[kind, None] = Counts.of(names, vectors.holders, len(self.table))
        values = {
            column.name: Counts.of(
                pd.Index(column.values, dtype=object),
                column.frequencies,
                int(column.frequencies.sum()),
            )
            for column in self.table.columns
        }
        return Background(values, tokens, self.table.initials)

    @cached_property
    def _codes(self) -> tuple[pd.Index, tuple[TokenVectors, TokenVectors, TokenVectors]]:
        texts = [value for column in self.table.columns for value in column.values]
        found = [
            part.at(np.arange(len(texts)) + kind * len(texts))
            for kind, part in enumerate(code_tokens(_array(texts)))
        ]
        presence, tokens = token_presence(Tokens.union(found), 3 * len(texts))
        thirds = [presence[i * len(texts) : (i + 1) * len(texts)] for i in range(3)]
        codes, runs, prefixes = (
            self._weighed(self._rows(third), None, tokens, kind, None)
            for third, kind in zip(thirds, _CODE_KINDS, strict=True)
        )
        return tokens, (codes, runs, prefixes)

    @cached_property
    def _texts(self) -> list[str]:
        """The words of all values, values numbered through all columns."""
        return [text for column in self.table.columns for text in column.words]

    @cached_property
    def _found(self) -> Tokens:
        return words_in(_array(self._texts))

    def _view(self, kind: str, found: TokenMatrix) -> ViewVectors:
        columns, (presence, tokens) = self.table.columns, found
        ends = np.cumsum([0, *(len(column.values) for column in columns)])
        return ViewVectors(
            columns=tuple(
                self._weighed(presence[start:end], column.frequencies, tokens, kind, column.name)
                for column, start, end in zip(columns, ends, ends[1:], strict=False)
            ),
            rows=self._weighed(self._rows(presence), None, tokens, kind, None),
            tokens=tokens,
        )

    def _weighed(
        self,
        presence: SparseRows,
        copies: Positions | None,
        tokens: pd.Index,
        kind: str,
        column: str | None,
    ) -> TokenVectors:
        if self.background is None or not len(tokens):
            return TokenVectors.of(presence, copies)
        return TokenVectors(presence, self.background.tokens[kind, column].rarity(tokens))

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


def _array(texts: Sequence[str]) -> pa.Array:
    return pa.array(texts, pa.large_string())


def _value_positions(table: DistinctRows) -> tuple[Positions, Positions]:
    """Which row has which value, values numbered through all columns."""
    rows, values, start = [np.empty(0, np.int64)], [np.empty(0, np.int64)], 0
    for column in table.columns:
        present = np.flatnonzero(column.codes >= 0)
        rows.append(present)
        values.append(column.codes[present].astype(np.int64) + start)
        start += len(column.values)
    return np.concatenate(rows), np.concatenate(values)
