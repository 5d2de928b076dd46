"""Some words of long texts, which rows are joined on where whole texts are hardly ever equal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from glueml_core.matching.large.hashing import MISSING, SPREAD, text_hashes
from glueml_core.matching.large.texts import TextColumn
from glueml_core.matching.portions import each_portion
from glueml_core.matching.tokens import words_in

__all__ = ["WordColumn", "word_columns"]

_NOT_WORD = r"[^\pL\pN]+"
# Texts whose words are in memory at one time, on each core.
_TEXTS_AT_ONCE = 50_000
_STRUCK_OUT = np.uint64(2**64 - 1)


@dataclass(frozen=True)
class WordColumn:
    """
    One word of each of a column's texts.

    Args:
        codes: Number of each row's word, -1 where its text has none left, shape (n_rows,).
        hashes: A number for each word that depends on nothing but the word, and how many words
            were taken before it, shape (n_words,).
    """

    codes: NDArray[np.int32]
    hashes: NDArray[np.int64]

    def of_rows(self, rows: NDArray[np.int64]) -> WordColumn:
        """The same words, of other rows."""
        return WordColumn(self.codes[rows], self.hashes)

    @property
    def cells(self) -> NDArray[np.int64]:
        """As `HashedColumns` has them, shape (n_rows,)."""
        return np.append(self.hashes, MISSING)[self.codes]

    @property
    def counts(self) -> NDArray[np.int64]:
        """How many rows have each word."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.hashes))


def word_columns(column: TextColumn, count: int) -> list[WordColumn]:
    """
    Take words from each text, each time one that is random but the same wherever the text stands.

    Two texts that share a part of their words get the same one each time about as often as that
    part is large (min-wise hashing: Broder, On the resemblance and containment of documents, 1997).

    Args:
        column: Texts.
        count: How many words to take from each; none is taken twice.
    """
    taken = np.empty((len(column.texts), count), dtype=np.int64)

    def take(part: slice) -> None:
        taken[part] = _taken(column.texts[part], count)

    each_portion(take, len(column.texts), _TEXTS_AT_ONCE)
    return [_numbered(column.codes, words) for words in taken.T]


def _taken(texts: pa.Array, count: int) -> NDArray[np.int64]:
    """Hashes of words, MISSING where a text has no more, shape (n_texts, count)."""
    taken = np.full((len(texts), count), MISSING, dtype=np.int64)
    words = words_in(pc.replace_substring_regex(texts, _NOT_WORD, " "))
    if not len(words.texts):
        return taken
    encoded = words.tokens.dictionary_encode()
    hashes = text_hashes(encoded.dictionary).view(np.uint64)[encoded.indices.to_numpy()]
    starts = np.flatnonzero(np.diff(words.texts, prepend=-1))
    lengths = np.diff(np.append(starts, len(hashes)))
    for number in range(count):
        lot = np.where(hashes == _STRUCK_OUT, _STRUCK_OUT, _mixed(hashes, number))
        least = np.minimum.reduceat(lot, starts)
        there = least != _STRUCK_OUT
        taken[words.texts[starts[there]], number] = least[there].view(np.int64)
        hashes[lot == np.repeat(least, lengths)] = _STRUCK_OUT
    return taken


def _mixed(hashes: NDArray[np.uint64], number: int) -> NDArray[np.uint64]:
    """Other numbers in another order, never MISSING."""
    mixed = (hashes ^ np.uint64(number + 1)) * SPREAD
    mixed = (mixed ^ (mixed >> np.uint64(32))) * SPREAD
    return (mixed ^ (mixed >> np.uint64(29))) | np.uint64(1)


def _numbered(codes: NDArray[np.int32], words: NDArray[np.int64]) -> WordColumn:
    is_there = words != MISSING
    hashes, of_text = np.unique(words[is_there], return_inverse=True)
    # One more at the end, for rows without a text.
    numbers = np.full(len(words) + 1, -1, dtype=np.int32)
    numbers[:-1][is_there] = of_text
    return WordColumn(numbers[codes], hashes)
