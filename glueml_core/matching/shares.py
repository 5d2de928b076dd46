"""A share that was estimated, and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

if TYPE_CHECKING:
    from glueml_core.matching.arrays import Floats

__all__ = ["Estimate"]

_LOW_PERCENT, _HIGH_PERCENT = 2.5, 97.5


@dataclass(frozen=True)
class Estimate:
    """A share in [0, 1] with the ends of its 95 % interval."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, likely: Floats) -> Self:
        """The middle of likely values, and the middle 95 % of them."""
        return cls.around(float(np.median(likely)), likely)

    @classmethod
    def around(cls, value: float, likely: Floats) -> Self:
        """The middle 95 % of likely values, stretched to hold the value itself."""
        low, high = np.percentile(likely, (_LOW_PERCENT, _HIGH_PERCENT))
        return cls(value, min(float(low), value), max(float(high), value))
