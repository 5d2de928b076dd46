"""Initials written apart, joined where the table has them as one word: `u. c.` is `uc`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Initials"]

_APART = re.compile(r"(?<!\S)[^\W\d_](?: [^\W\d_])+(?!\S)")
_LONGEST = 6


@dataclass(frozen=True)
class Initials:
    """
    Joins initials.

    Args:
        words: What initials become.
    """

    words: frozenset[str] = frozenset()

    @classmethod
    def of(cls, texts: Sequence[str]) -> Initials:
        """
        Learn from texts, words with single spaces between them, in any order.

        Only what some text writes as one word is joined: the middle initial of `j r smith` stays
        by itself as long as nobody is called `jr`.
        """
        runs = {run.replace(" ", "") for text in texts for run in _APART.findall(text)}
        if not runs:
            return cls()
        spelled = {
            run[start:end]
            for run in runs
            for start in range(len(run))
            for end in _ends(start, len(run))
        }
        return cls(frozenset(word for text in texts for word in text.split() if word in spelled))

    def __call__(self, text: str) -> str:
        """The text with its initials joined, the longest word first."""
        return _APART.sub(self._joined, text) if self.words else text

    def _joined(self, found: re.Match[str]) -> str:
        letters = found.group().replace(" ", "")
        parts, at = [], 0
        while at < len(letters):
            ends = _ends(at, len(letters))
            end = next((end for end in ends if letters[at:end] in self.words), at + 1)
            parts.append(letters[at:end])
            at = end
        return " ".join(parts)


def _ends(start: int, length: int) -> range:
    """Where two letters or more that begin there may end, the farthest first."""
    return range(min(start + _LONGEST, length), start + 1, -1)
