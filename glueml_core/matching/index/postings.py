"""Postings: where in a table a hash is found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glueml_core.matching.arrays import Positions

__all__ = ["Postings", "positions_in"]


@dataclass(frozen=True)
class Postings:
    """
    The places of hashes, in one sorted array that binary search reads a few pages of.

    Two hashes are taken for one by accident if all bits agree that a place leaves free, 40 of them
    in a table of ten million: whoever looks must see for himself what lies at a place.

    Args:
        entries: A hash's upper bits and, below them, its place, ascending.
        width: Bits of a place.
    """

    entries: NDArray[np.uint64]
    width: int

    @classmethod
    def of(cls, hashes: NDArray[np.int64], places: Positions, place_count: int) -> Postings:
        """
        Sort hashes.

        Args:
            hashes: In any order.
            places: Place of each.
            place_count: What all places lie below.
        """
        width = place_count.bit_length()
        entries = _lowest_entry(hashes, width) | places.astype(np.uint64)
        entries.sort()
        return cls(entries, width)

    def find(self, hashes: NDArray[np.int64]) -> tuple[Positions, Positions]:
        """Where each hash's entries begin and end; quickest for hashes in `search_order`."""
        lowest = _lowest_entry(hashes, self.width)
        highest = lowest | np.uint64((1 << self.width) - 1)
        return self.entries.searchsorted(lowest), self.entries.searchsorted(highest, side="right")

    def places(self, starts: Positions, ends: Positions) -> Positions:
        """The places of some ranges of entries, one range after the other."""
        entries = self.entries[positions_in(starts, ends)]
        places: Positions = (entries & np.uint64((1 << self.width) - 1)).astype(np.int64)
        return places


def _lowest_entry(hashes: NDArray[np.int64], width: int) -> NDArray[np.uint64]:
    return hashes.view(np.uint64) >> np.uint64(width) << np.uint64(width)


def positions_in(starts: Positions, ends: Positions) -> Positions:
    """The positions in some ranges, one range after the other."""
    sizes = ends - starts
    first = np.cumsum(sizes) - sizes
    positions: Positions = np.arange(sizes.sum()) + np.repeat(starts - first, sizes)
    return positions
