"""Words that abbreviate a run of other words by their first letters."""

from __future__ import annotations

from collections.abc import Container

__all__ = ["spelled_out"]

_SHORTEST, _LONGEST = 2, 6
# An acronym may pass over short words: all of them, only the shortest, or none.
_PASSED_OVER = (0, 2, 3)


def spelled_out(text: str, words: Container[str]) -> set[str]:
    """
    Which of some words the text spells out: `hong kong university of science` has `hkus`.

    Args:
        text: Words with single spaces between them.
        words: Those that are worth finding.
    """
    spelled = text.split()
    if len(spelled) < _SHORTEST:
        return set()
    letters = {"".join(word[0] for word in spelled if len(word) > size) for size in _PASSED_OVER}
    runs = {
        initials[start : start + length]
        for initials in letters
        for length in range(_SHORTEST, _LONGEST + 1)
        for start in range(len(initials) - length + 1)
    }
    return {run for run in runs if run in words}
