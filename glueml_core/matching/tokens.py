"""Texts as sparse vectors of their tokens, weighted by rarity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from scipy import sparse

from glueml_core.matching.arrays import Floats, Positions, SparseRows
from glueml_core.matching.background import rarity
from glueml_core.matching.portions import each_portion

__all__ = [
    "TokenMatrix",
    "TokenVectors",
    "Tokens",
    "gram_presence",
    "paired_dot",
    "phrases_of",
    "token_presence",
    "unit_rows",
    "words_in",
]


class TokenMatrix(NamedTuple):
    """
    Which texts have which tokens.

    Args:
        presence: 1 where a text has a token, shape (n_texts, n_tokens).
        tokens: What each column stands for; empty if no text has any.
    """

    presence: SparseRows
    tokens: pd.Index


class Tokens(NamedTuple):
    """
    Tokens found in texts, the same token of a text perhaps more than once.

    Args:
        texts: In which text each was found, shape (n_tokens,).
        tokens: What was found, an Arrow array of large strings.
    """

    texts: Positions
    tokens: pa.Array

    @classmethod
    def union(cls, parts: Sequence[Tokens]) -> Tokens:
        """All of them."""
        return cls(
            np.concatenate([part.texts for part in parts]),
            pa.concat_arrays([part.tokens for part in parts]),
        )

    def where(self, chosen: pa.Array) -> Tokens:
        """Some of them."""
        return Tokens(self.texts[chosen.to_numpy(zero_copy_only=False)], self.tokens.filter(chosen))

    def at(self, positions: Positions) -> Tokens:
        """The same tokens, text i being the text at `positions[i]` of others."""
        return Tokens(positions[self.texts], self.tokens)


@dataclass(frozen=True)
class TokenVectors:
    """
    Which rows have which tokens, and how rare each token is.

    Args:
        presence: 1 where a row has a token, shape (n_rows, n_tokens).
        idf: Natural logarithm of the rows per row that has the token, shape (n_tokens,).
    """

    presence: SparseRows
    idf: Floats

    @classmethod
    def of(cls, presence: SparseRows, copies: Positions | None = None) -> TokenVectors:
        """Weigh tokens by how many rows have them; row i stands for `copies[i]` rows."""
        copies = np.ones(presence.shape[0], dtype=np.int64) if copies is None else copies
        return cls(presence, rarity(int(copies.sum()), presence.T @ copies))

    @property
    def holders(self) -> Positions:
        """How many rows have each token."""
        return np.asarray(self.presence.sum(axis=0)).ravel().astype(np.int64)

    def weighted(self, power: float = 1.0) -> SparseRows:
        """Presence times a power of IDF."""
        return (self.presence @ sparse.diags(self.idf**power)).tocsr().astype(np.float32)

    def unit(self) -> SparseRows:
        """IDF vectors of length 1, so that a dot product is a cosine."""
        return unit_rows(self.weighted())


def unit_rows(matrix: SparseRows) -> SparseRows:
    """Rows scaled to length 1; a row of zeros stays zero."""
    length = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    length[length == 0] = 1
    return (sparse.diags((1 / length).astype(np.float32)) @ matrix).tocsr()


def words_in(texts: pa.Array) -> Tokens:
    """What stands between the spaces of some texts, an Arrow array of large strings."""
    lists = pc.split_pattern(texts, " ")
    words = Tokens(pc.list_parent_indices(lists).to_numpy(), pc.list_flatten(lists))
    return words.where(pc.not_equal(words.tokens, ""))


def phrases_of(words: Tokens) -> Tokens:
    """Every two words in a row; the words of a text come in their order."""
    follows = words.texts[1:] == words.texts[:-1]
    pairs = pc.binary_join_element_wise(
        words.tokens[:-1], words.tokens[1:], pa.scalar(" ", pa.large_string())
    )
    return Tokens(words.texts[:-1], pairs).where(pa.array(follows))


def token_presence(found: Tokens, text_count: int) -> TokenMatrix:
    """Tokens found in so many texts as a matrix."""
    encoded = found.tokens.dictionary_encode()
    in_order = pc.sort_indices(encoded.dictionary)
    rank = np.empty(len(in_order), dtype=np.int64)
    rank[in_order.to_numpy()] = np.arange(len(in_order))
    codes = rank[encoded.indices.to_numpy()]
    vocabulary = encoded.dictionary.take(in_order).to_pylist()
    presence = _presence(found.texts, codes, text_count, len(vocabulary))
    return TokenMatrix(presence, pd.Index(vocabulary, dtype=object))


def gram_presence(texts: Sequence[str], size: int = 3) -> TokenMatrix:
    """Runs of `size` characters, as numbers, of texts with a space put at both ends."""
    padded = [f" {text} " for text in texts]
    lengths = np.array([len(text) for text in padded], dtype=np.int64)
    chars = np.frombuffer("".join(padded).encode("utf-32-le"), dtype=np.uint32).astype(np.int64)
    row_of_char = np.repeat(np.arange(len(texts), dtype=np.int64), lengths)
    count = max(len(chars) - size + 1, 0)
    # A code point has 21 bits, so three of them fit into one whole number.
    grams = np.zeros(count, dtype=np.int64)
    for offset in range(size):
        grams = (grams << 21) | chars[offset : offset + count]
    within = row_of_char[:count] == row_of_char[size - 1 : size - 1 + count]
    vocabulary, codes = np.unique(grams[within], return_inverse=True)
    presence = _presence(row_of_char[:count][within], codes, len(texts), len(vocabulary))
    return TokenMatrix(presence, pd.Index(vocabulary))


def _presence(rows: Positions, tokens: Positions, row_count: int, token_count: int) -> SparseRows:
    ones = np.ones(len(rows), dtype=np.float32)
    presence = sparse.csr_matrix((ones, (rows, tokens)), shape=(row_count, max(token_count, 1)))
    presence.data[:] = 1
    return presence


def paired_dot(left: SparseRows, right: SparseRows, rows_l: Positions, rows_r: Positions) -> Floats:
    """Dot product of row `rows_l[i]` of one matrix with row `rows_r[i]` of another, for each i."""
    dots = np.empty(len(rows_l), dtype=np.float32)

    def multiply(part: slice) -> None:
        products = left[rows_l[part]].multiply(right[rows_r[part]])
        dots[part] = np.asarray(products.sum(axis=1)).ravel()

    each_portion(multiply, len(rows_l))
    return dots
