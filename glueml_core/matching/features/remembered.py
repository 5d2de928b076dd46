"""Features of record pairs that are asked for again and again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from glueml_core.matching.arrays import Floats, Positions
from glueml_core.matching.features.feature import Feature, FeatureTable
from glueml_core.matching.pair_values import look_up

__all__ = ["RememberedFeatures"]


@dataclass
class RememberedFeatures:
    """
    Features of any pairs of rows, of which those that were asked for before are kept.

    Args:
        layout: The features.
        compute: Gives the features of pairs, whatever the others among them.
        row_count: Number of rows.
        most_pairs: More than so many are not kept.
    """

    layout: tuple[Feature, ...]
    compute: Callable[[Positions, Positions], FeatureTable]
    row_count: int
    most_pairs: int
    _keys: Positions = field(default_factory=lambda: np.empty(0, np.int64), init=False)
    _place: Positions = field(default_factory=lambda: np.empty(0, np.int64), init=False)
    _values: Floats = field(init=False)

    def __post_init__(self) -> None:
        self._values = np.empty((0, len(self.layout)), dtype=np.float32)

    def __call__(self, left: Positions, right: Positions) -> FeatureTable:
        """Features of pairs of rows."""
        keys = left * self.row_count + right
        known, place = look_up(self._keys, self._place, keys)
        if not known.all():
            new = np.unique(keys[~known])
            if len(self._keys) + len(new) > self.most_pairs:
                return self.compute(left, right)
            self._keep(new)
            place = look_up(self._keys, self._place, keys)[1]
        return FeatureTable(self.layout, self._values[place])

    def _keep(self, new: Positions) -> None:
        before, after = len(self._keys), len(self._keys) + len(new)
        if after > len(self._values):
            # Twice the room each time, so that what is there is seldom moved.
            size = min(max(after, 2 * before), self.most_pairs)
            room = np.empty((size, len(self.layout)), dtype=np.float32)
            room[:before] = self._values[:before]
            self._values = room
        self._values[before:after] = self.compute(*np.divmod(new, self.row_count)).values
        keys = np.concatenate([self._keys, new])
        order = np.argsort(keys, kind="stable")
        self._keys = keys[order]
        self._place = np.concatenate([self._place, np.arange(before, after)])[order]
