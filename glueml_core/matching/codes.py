"""Identifier-like codes inside text: part numbers, phone numbers, postcodes."""

from __future__ import annotations

import re
from collections.abc import Collection

__all__ = ["code_prefixes", "code_tokens", "codes_in", "squeezed_runs"]

_CODE = re.compile(r"[a-z0-9]+(?:[-/._][a-z0-9]+)*")
_DIGIT = re.compile(r"[0-9]")
_SEPARATORS = re.compile(r"[^a-z0-9]+")
_MIN_LENGTH = 3
_MIN_PREFIX = 4
_MAX_LENGTH = 24


def code_tokens(text: str) -> tuple[Collection[str], Collection[str], Collection[str]]:
    """Codes in a text, the runs of words that may be one, and the beginnings of the codes."""
    # Most texts hold no digit, and so no code.
    if not _has_digit(text):
        return (), (), ()
    codes = codes_in(text)
    return codes, squeezed_runs(text), code_prefixes(codes)


def codes_in(text: str) -> set[str]:
    """Words with a digit, separators inside them stripped: `dsc-w55/b` is `dscw55b`."""
    squeezed = (_SEPARATORS.sub("", word) for word in _CODE.findall(text))
    return {
        word[:_MAX_LENGTH] for word in squeezed if len(word) >= _MIN_LENGTH and _has_digit(word)
    }


def squeezed_runs(text: str) -> set[str]:
    """One to three neighboring words written as one: a code with spaces in it becomes whole."""
    words = [word for word in _SEPARATORS.split(text) if word]
    runs = {
        "".join(words[i : i + size]) for size in (1, 2, 3) for i in range(len(words) - size + 1)
    }
    return {run for run in runs if _MIN_LENGTH <= len(run) <= _MAX_LENGTH and _has_digit(run)}


def code_prefixes(codes: Collection[str]) -> set[str]:
    """Every beginning, of four characters or more, of each code."""
    return {
        # Beginnings are tokens of their own kind, and must not be taken for whole codes.
        f"{code[:end]}^"
        for code in codes
        for end in range(_MIN_PREFIX, len(code) + 1)
    }


def _has_digit(word: str) -> bool:
    return _DIGIT.search(word) is not None
