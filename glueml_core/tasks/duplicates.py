"""Duplicates: which record of each cluster stays when the others are removed."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

import numpy as np
import numpy.typing as npt

__all__ = ["survivors"]


def survivors(record_ids: Sequence[str], match_ids: Sequence[int]) -> npt.NDArray[np.bool_]:
    """
    For each record, whether it has the lowest primary key of its cluster, shape (n_records,).

    Keys are in the order of numbers if all of them are numbers, else of text.
    """
    lowest: dict[int, int] = {}
    for row in _rows_by_key(record_ids):
        lowest.setdefault(match_ids[row], row)
    stays = np.zeros(len(record_ids), dtype=np.bool_)
    stays[list(lowest.values())] = True
    return stays


def _rows_by_key(record_ids: Sequence[str]) -> list[int]:
    rows = range(len(record_ids))
    try:
        numbers = [Decimal(record_id) for record_id in record_ids]
    except InvalidOperation:
        return sorted(rows, key=record_ids.__getitem__)
    if not all(number.is_finite() for number in numbers):
        return sorted(rows, key=record_ids.__getitem__)
    # Keys that are the same number, such as 7 and 07, are in the order of text.
    return sorted(rows, key=lambda row: (numbers[row], record_ids[row]))
