"""Similarities of two numbers or two dates."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from glueml_core.matching.arrays import Floats

__all__ = ["DATE_SIMILARITIES", "NUMBER_SIMILARITIES", "date_similarities", "number_similarities"]

NUMBER_SIMILARITIES = ("relative nearness", "nearness")
DATE_SIMILARITIES = (
    "same year",
    "same month",
    "same day",
    "day and month swapped",
    "nearness in days",
)
_DAYS_PER_YEAR = 365.25


def number_similarities(left: Floats, right: Floats) -> Floats:
    """
    How near two amounts are, shape (n_pairs, 2), NaN where one is no number.

    Relative nearness is 1 minus the gap as a share of the larger (8 and 10: 0.8); nearness is
    1 / (1 + gap), for numbers such as years whose size means nothing.
    """
    gap = np.abs(left - right)
    larger = np.maximum(np.abs(left), np.abs(right))
    # Two zeros agree; without this their 0 / 0 would read as a missing value.
    larger[larger == 0] = 1
    return np.column_stack([1 - np.minimum(gap / larger, 1), 1 / (1 + gap)]).astype(np.float32)


def date_similarities(left: NDArray[np.int32], right: NDArray[np.int32]) -> Floats:
    """Each of DATE_SIMILARITIES in [0, 1], shape (n_pairs, 5), NaN where one is no date."""
    same = left[:, :3] == right[:, :3]
    swapped = (left[:, 1] == right[:, 2]) & (left[:, 2] == right[:, 1])
    years = np.abs(left[:, 3] - right[:, 3]) / _DAYS_PER_YEAR
    scores = np.column_stack([same, swapped, 1 / (1 + years)]).astype(np.float32)
    scores[(left[:, 0] == 0) | (right[:, 0] == 0)] = np.nan
    return scores
