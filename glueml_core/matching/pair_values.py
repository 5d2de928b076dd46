"""Values of pairs, found again by a number for each pair."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from glueml_core.matching.arrays import Mask, Positions

__all__ = ["look_up"]


def look_up(keys: Positions, values: NDArray[Any], wanted: Positions) -> tuple[Mask, NDArray[Any]]:
    """
    Which numbers are known, and the value of each; 0 where it is not.

    Args:
        keys: Known numbers, ascending, each once, shape (n_known,).
        values: The value of each, shape (n_known,).
        wanted: Numbers in any order.
    """
    if not len(keys):
        return np.zeros(len(wanted), dtype=bool), np.zeros(len(wanted), dtype=values.dtype)
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    found = keys[at] == wanted
    return found, np.where(found, values[at], np.zeros(1, dtype=values.dtype))
