"""One column of a table, and what kind of values it holds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from glueml_core.matching.arrays import Floats

__all__ = ["Column", "Kind", "are_long", "kind_of"]

Kind = Literal["text", "number", "date"]

# Below this share of readable values a column is taken for text with some numbers in it.
_MIN_READABLE = 0.9
# Words of a value, on the mean. A street with its number has three.
_LONG = 3.5
_VALUES_LOOKED_AT = 2_000
_NUMBER = re.compile(r"[^\d.,+-]*([+-]?\d[\d,]*(?:\.\d+)?)[^\d]*")
_YEAR_FIRST = re.compile(r"(\d{4})[-/.]?(\d{2})[-/.]?(\d{2})(?:[t ].*)?")
_YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")


@dataclass(frozen=True)
class Column:
    """
    A column's distinct values, and which row has which.

    Args:
        name: The user's name for it.
        kind: What most values can be read as.
        codes: Position of each row's value in `values`, -1 where missing, shape (n_rows,).
        values: Distinct texts in ascending order.
        words: The same without punctuation, initials joined.
    """

    name: str
    kind: Kind
    codes: NDArray[np.int32]
    values: tuple[str, ...]
    words: tuple[str, ...]

    @cached_property
    def numbers(self) -> Floats:
        """Each distinct value as a number, NaN where it is none."""
        return np.array([_number(value) for value in self.values], dtype=np.float32)

    @cached_property
    def dates(self) -> NDArray[np.int32]:
        """Year, month, day and day count of each distinct value, shape (n_values, 4); 0 if none."""
        return np.array([_date(value) for value in self.values], dtype=np.int32).reshape(-1, 4)

    @cached_property
    def frequencies(self) -> NDArray[np.int64]:
        """How many rows have each value."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.values))


def kind_of(values: tuple[str, ...]) -> Kind:
    """What nearly all the values can be read as."""
    if not values:
        return "text"
    if np.mean([_date(value)[0] > 0 for value in values]) >= _MIN_READABLE:
        return "date"
    if np.mean([_NUMBER.fullmatch(value) is not None for value in values]) >= _MIN_READABLE:
        return "number"
    return "text"


def are_long(values: tuple[str, ...]) -> bool:
    """Whether values have so many words that two which mean the same are hardly ever equal."""
    some = values[:: max(len(values) // _VALUES_LOOKED_AT, 1)]
    return bool(some and np.mean([value.count(" ") + 1 for value in some]) >= _LONG)


def _number(value: str) -> float:
    found = _NUMBER.fullmatch(value)
    return float(found.group(1).replace(",", "")) if found else float("nan")


def _date(value: str) -> tuple[int, int, int, int]:
    if found := _YEAR_FIRST.fullmatch(value):
        year, month, day = map(int, found.groups())
    elif found := _YEAR_LAST.fullmatch(value):
        first, second, year = map(int, found.groups())
        # Which comes first differs by country; a part above 12 can only be the day.
        month, day = (first, second) if second > 12 else (second, first)
    else:
        return (0, 0, 0, 0)
    try:
        return (year, month, day, date(year, month, day).toordinal())
    except ValueError:
        return (0, 0, 0, 0)
