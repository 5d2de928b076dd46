"""Pairs of rows that labels want together, among the candidate pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from glueml_core.matching.large.candidates import Candidates
from glueml_core.matching.large.groups import LINKED

if TYPE_CHECKING:
    from pandera.typing import DataFrame

    from glueml_core.matching.rows import HasRows
    from glueml_core.schemas import Labels, Records

__all__ = ["with_links"]


def with_links(
    pairs: Candidates, table: HasRows, records: DataFrame[Records], labels: DataFrame[Labels]
) -> Candidates:
    """The pairs, and those that labels want together: each must come to lie in one part."""
    if labels.empty:
        return pairs
    labeled = np.flatnonzero(records["record_id"].isin(labels["record_id"]))
    position = pd.Series(labeled, index=records["record_id"].iloc[labeled])
    frame = labels[["labeling_set_id", "label"]].assign(
        row=table.row_of[position[labels["record_id"]].to_numpy(np.int64)]
    )
    first = frame.groupby(["labeling_set_id", "label"])["row"].transform("first").to_numpy(np.int64)
    row = frame["row"].to_numpy(np.int64)
    apart = first != row
    return Candidates(
        np.concatenate([pairs.left, np.minimum(first, row)[apart]]),
        np.concatenate([pairs.right, np.maximum(first, row)[apart]]),
        np.concatenate([pairs.evidence, np.full(apart.sum(), LINKED, dtype=np.int32)]),
    )
