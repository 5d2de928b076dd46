"""Identifier-like codes inside texts: part numbers, phone numbers, postcodes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from glueml_core.matching.tokens import Tokens, words_in

__all__ = ["CodeTokens", "code_tokens"]

_SEPARATORS = "[^a-z0-9]+"
# A separator inside a code.
_INSIDE = "([a-z0-9])[-/._]([a-z0-9])"
_MIN_LENGTH = 3
_MIN_PREFIX = 4
_MAX_LENGTH = 24
_NOTHING = pa.scalar("", pa.large_string())
# Beginnings are tokens of their own kind, and must not be taken for whole codes.
_BEGINNING = pa.scalar("^", pa.large_string())


class CodeTokens(NamedTuple):
    """
    What may identify something.

    Args:
        codes: Words with a digit, separators inside them stripped: `dsc-w55/b` is `dscw55b`.
        runs: One to three neighboring words written as one: a code with spaces in it becomes whole.
        prefixes: Every beginning, of four characters or more, of each code.
    """

    codes: Tokens
    runs: Tokens
    prefixes: Tokens


def code_tokens(texts: pa.Array) -> CodeTokens:
    """The codes of some texts, an Arrow array of large strings."""
    # Most texts hold no digit, and so no code.
    having = np.flatnonzero(pc.match_substring_regex(texts, "[0-9]").to_numpy(zero_copy_only=False))
    some = texts.take(pa.array(having))
    codes, runs = _codes(some), _runs(some)
    return CodeTokens(*(found.at(having) for found in (codes, runs, _prefixes(codes))))


def _codes(texts: pa.Array) -> Tokens:
    # Twice: a match takes the character away that the next one would begin with.
    for _ in range(2):
        texts = pc.replace_substring_regex(texts, _INSIDE, r"\1\2")
    words = _words(texts)
    long = words.where(pc.greater_equal(pc.binary_length(words.tokens), _MIN_LENGTH))
    found = long.where(pc.invert(pc.ascii_is_alpha(long.tokens)))
    return Tokens(found.texts, pc.utf8_slice_codeunits(found.tokens, 0, _MAX_LENGTH))


def _runs(texts: pa.Array) -> Tokens:
    words = _words(texts)
    found, run = [words], words.tokens
    for size in (2, 3):
        run = pc.binary_join_element_wise(run[:-1], words.tokens[size - 1 :], _NOTHING)
        count = len(run)
        together = words.texts[:count] == words.texts[size - 1 :]
        found.append(Tokens(words.texts[:count], run).where(pa.array(together)))
    runs = Tokens.union(found)
    length = pc.binary_length(runs.tokens)
    fits = pc.and_(pc.greater_equal(length, _MIN_LENGTH), pc.less_equal(length, _MAX_LENGTH))
    # Of letters and digits alone, so that what is not all letters has a digit.
    return runs.where(pc.and_(fits, pc.invert(pc.ascii_is_alpha(runs.tokens))))


def _prefixes(codes: Tokens) -> Tokens:
    found = []
    for end in range(_MIN_PREFIX, _MAX_LENGTH + 1):
        codes = codes.where(pc.greater_equal(pc.binary_length(codes.tokens), end))
        beginning = pc.utf8_slice_codeunits(codes.tokens, 0, end)
        found.append(
            Tokens(codes.texts, pc.binary_join_element_wise(beginning, _BEGINNING, _NOTHING))
        )
    return Tokens.union(found)


def _words(texts: pa.Array) -> Tokens:
    return words_in(pc.replace_substring_regex(texts, _SEPARATORS, " "))
