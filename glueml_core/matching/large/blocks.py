"""Blocks: the rows of a table that say the same in the columns of a key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np
from numpy.typing import NDArray

from glueml_core.matching.arrays import Mask, Positions
from glueml_core.matching.large.agreement import Key
from glueml_core.matching.large.hashing import SPREAD
from glueml_core.matching.large.texts import TextColumn
from glueml_core.matching.large.words import WordColumn

__all__ = ["Blocks"]

_PAIRS_AT_ONCE = 60_000
# Of a number that holds a key's values and, below them, a row.
_BITS = 63


@dataclass(frozen=True)
class Blocks:
    """
    Pairs of rows with a key in common, found by sorting: memory is a few numbers a row.

    Args:
        codes: Number of each row's text, by column, -1 where missing.
        repeated: Which texts more than one row has, by column; False at the end, for what is
            missing.
        max_size: Rows that may share a key; larger blocks are left out, never cut finer.
    """

    codes: tuple[NDArray[np.int32], ...]
    repeated: tuple[Mask, ...]
    max_size: int

    @classmethod
    def of(cls, columns: Sequence[TextColumn | WordColumn], max_size: int) -> Blocks:
        """The blocks of a table with these columns."""
        return cls(
            tuple(column.codes for column in columns),
            tuple(np.append(column.counts > 1, False) for column in columns),
            max_size,
        )

    def pairs(
        self, key: Key, seeds: Mask | None = None
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """
        All pairs of rows with the key's values in common, a bounded number at a time.

        Args:
            key: The columns.
            seeds: Rows that one of a pair should be, shape (n_rows,): blocks of others are passed
                over, as nearly all of them can be told at little cost.
        """
        rows, values = self._keyed(key)
        if seeds is not None:
            near = _near(values, seeds[rows])
            rows, values = rows[near], values[near]
        if not len(rows):
            return
        rows, following = _in_blocks(*_sorted(rows, values), self.max_size)
        at = np.arange(len(rows))
        for distance in count(1):
            at = at[following[at] >= distance]
            if not len(at):
                return
            for start in range(0, len(at), _PAIRS_AT_ONCE):
                one = at[start : start + _PAIRS_AT_ONCE]
                yield rows[one], rows[one + distance]

    def _keyed(self, key: Key) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The rows that may share the key with others, and its values as one number for each."""
        shared = np.logical_and.reduce([self.repeated[i][self.codes[i]] for i in key])
        rows = np.flatnonzero(shared)
        values = np.zeros(len(rows), dtype=np.int64)
        for i in key:
            values = values * len(self.repeated[i]) + self.codes[i][rows]
        return rows, values


def _near(values: NDArray[np.int64], is_seed: Mask) -> Mask:
    """Which values are a seed's; and some of the others, since different values may look alike."""
    width = int(16 * is_seed.sum()).bit_length()
    looks = (values.view(np.uint64) * SPREAD) >> np.uint64(64 - max(width, 1))
    marked = np.zeros(1 << max(width, 1), dtype=bool)
    marked[looks[is_seed]] = True
    return np.asarray(marked[looks])


def _sorted(
    rows: NDArray[np.int64], values: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows and their values, by these."""
    width = int(rows[-1]).bit_length()
    if int(values.max()).bit_length() + width > _BITS:
        order = np.argsort(values)
        return rows[order], values[order]
    # Sorting numbers takes a third of the time of sorting positions by them.
    both = np.sort(values << width | rows)
    return both & ((1 << width) - 1), both >> width


def _in_blocks(
    rows: NDArray[np.int64], values: NDArray[np.int64], max_size: int
) -> tuple[NDArray[np.int64], Positions]:
    """The rows whose blocks are not too large, and how many of its block follow each."""
    starts = np.flatnonzero(np.diff(values, prepend=values[0] - 1))
    sizes = np.diff(np.append(starts, len(values)))
    chosen = np.repeat((sizes > 1) & (sizes <= max_size), sizes)
    following = np.repeat(starts + sizes, sizes) - np.arange(1, len(rows) + 1)
    return rows[chosen], following[chosen]
