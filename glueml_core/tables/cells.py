"""Cells: one value of a table as the text that a CSV file holds."""

from __future__ import annotations

import math
from typing import Any

__all__ = ["cell_text"]


def cell_text(value: Any) -> str:
    """
    The value as text: text as it is, nothing for a missing value, numbers as Python writes them.

    A whole float reads as the integer, since a column of integers with a gap is one of floats to
    pandas: the key 7 must stay "7" whichever way its table came.
    """
    if value is None or value != value:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and math.fabs(value) < 2**53:
        return str(int(value))
    return str(value)
