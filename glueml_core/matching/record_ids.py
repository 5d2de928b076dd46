"""Records of one table that are in another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc

from glueml_core.matching.arrays import Mask
from glueml_core.matching.normalize import string_array

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["are_among"]


def are_among(record_ids: pd.Series[str], others: pd.Series[str]) -> Mask:
    """
    Which ids are among others, shape (n_records,).

    For columns that may both be long: `isin` makes a Python object of each of the others.
    """
    if not len(record_ids):
        return np.zeros(0, dtype=bool)
    found = pc.is_in(string_array(record_ids), value_set=string_array(others))
    return np.asarray(found.to_numpy(zero_copy_only=False))
