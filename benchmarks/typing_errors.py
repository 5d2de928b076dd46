"""Typing errors in many texts at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["with_typos"]

_MIN_LENGTH = 3


def with_typos(
    rng: np.random.Generator,
    texts: NDArray[np.str_],
    where: NDArray[np.bool_],
    digits: bool,
) -> NDArray[np.str_]:
    """
    The texts with one random edit in each of the chosen ones that have three characters or more.

    Args:
        rng: Chooses edit, place and character.
        texts: Shape (n_texts,).
        where: Which to spoil, shape (n_texts,).
        digits: Whether a wrong character is a digit instead of a letter.
    """
    rows = np.flatnonzero(where & (np.char.str_len(texts) >= _MIN_LENGTH))
    width = texts.dtype.itemsize // 4 + 1
    letters = _letters(texts[rows], width)
    length = (letters != 0).sum(axis=1)
    place = (rng.random(len(rows)) * length).astype(np.int64)
    low, high = (48, 58) if digits else (97, 123)
    wrong = rng.integers(low, high, len(rows)).astype(np.uint32)
    edit = rng.integers(0, 4, len(rows))

    _substitute(letters, edit == 0, place, wrong)
    _delete(letters, edit == 1, place)
    _insert(letters, edit == 2, place, wrong)
    _transpose(letters, edit == 3, np.minimum(place, length - 2))
    spoiled = texts.astype(f"U{width}")
    spoiled[rows] = np.ascontiguousarray(letters).view(f"U{width}").ravel()
    return spoiled


def _letters(texts: NDArray[np.str_], width: int) -> NDArray[np.uint32]:
    """Code points, 0 behind the end, shape (n_texts, width)."""
    wide = np.ascontiguousarray(texts.astype(f"U{width}"))
    return wide.view(np.uint32).reshape(len(texts), width).copy()


def _substitute(
    letters: NDArray[np.uint32],
    chosen: NDArray[np.bool_],
    place: NDArray[np.int64],
    wrong: NDArray[np.uint32],
) -> None:
    letters[chosen, place[chosen]] = wrong[chosen]


def _delete(
    letters: NDArray[np.uint32], chosen: NDArray[np.bool_], place: NDArray[np.int64]
) -> None:
    column = np.arange(letters.shape[1])
    source = np.minimum(column + (column >= place[chosen, None]), letters.shape[1] - 1)
    letters[chosen] = np.take_along_axis(letters[chosen], source, axis=1)


def _insert(
    letters: NDArray[np.uint32],
    chosen: NDArray[np.bool_],
    place: NDArray[np.int64],
    wrong: NDArray[np.uint32],
) -> None:
    column = np.arange(letters.shape[1])
    source = np.where(column > place[chosen, None], column - 1, column)
    letters[chosen] = np.take_along_axis(letters[chosen], source, axis=1)
    letters[chosen, place[chosen]] = wrong[chosen]


def _transpose(
    letters: NDArray[np.uint32], chosen: NDArray[np.bool_], place: NDArray[np.int64]
) -> None:
    at = place[chosen]
    rows = np.flatnonzero(chosen)
    first = letters[rows, at].copy()
    letters[rows, at] = letters[rows, at + 1]
    letters[rows, at + 1] = first
