"""A user's blocking and features at work on the distinct rows of a table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandera.typing import DataFrame

from glueml_core.matching.arrays import Positions
from glueml_core.matching.extensions import Extensions
from glueml_core.matching.features import Feature, FeatureTable
from glueml_core.matching.rows import HasRows
from glueml_core.schemas import Records

__all__ = ["UserRules"]


@dataclass(frozen=True)
class UserRules:
    """
    recordlinkage objects, and the rows they see.

    Args:
        extensions: What the user brought.
        rows: One record for each distinct row, in their order, with the table's own values.
    """

    extensions: Extensions
    rows: pd.DataFrame

    @classmethod
    def none(cls) -> UserRules:
        """Nothing brought."""
        return cls(Extensions(), pd.DataFrame())

    @classmethod
    def of(cls, extensions: Extensions, records: DataFrame[Records], table: HasRows) -> UserRules:
        """Of records that say the same, the one with the lowest id stands for all."""
        if not extensions:
            return cls.none()
        by_id = records.assign(row=table.row_of).sort_values("record_id", kind="stable")
        first = by_id.drop_duplicates("row").set_index("row").sort_index()
        return cls(extensions, first.drop(columns="record_id").rename_axis(None))

    @property
    def layout(self) -> tuple[Feature, ...]:
        """The user's features, in the order in which they are computed."""
        return tuple(Feature(name, direction=0) for name in self.extensions.feature_names)

    def pairs(self) -> list[tuple[Positions, Positions]]:
        """Row pairs that each of the user's indexers finds."""
        found = (indexer.index(self.rows) for indexer in self.extensions.indexers)
        return [
            (_positions(index.get_level_values(0)), _positions(index.get_level_values(1)))
            for index in found
        ]

    def __call__(self, left: Positions, right: Positions) -> FeatureTable:
        """
        The user's features of row pairs, NaN where they give none.

        Raises:
            ValueError: A feature gives more than one number for a pair.
        """
        index = pd.MultiIndex.from_arrays([left, right])
        values = np.full((len(left), len(self.extensions.features)), np.nan, dtype=np.float32)
        for position, (name, feature) in enumerate(self.extensions.features):
            # Given one table, recordlinkage compares each left record with itself.
            computed = np.asarray(feature.compute(index, self.rows, self.rows), dtype=np.float32)
            if computed.size != len(left):
                raise ValueError(f"The feature {name} must give one number for each pair.")
            values[:, position] = computed.reshape(-1)
        return FeatureTable(self.layout, values)


def _positions(labels: pd.Index) -> Positions:
    return labels.to_numpy(dtype=np.int64)
