"""Groups of rows that candidate pairs connect, none too large to look at whole."""

from __future__ import annotations

import numpy as np

from glueml_core.matching.arrays import Mask, Positions
from glueml_core.matching.components import connected
from glueml_core.matching.large.candidates import Candidates

__all__ = ["LINKED", "MAX_GROUP_ROWS", "STEP", "group_rows"]

MAX_GROUP_ROWS = 500
# By how much more evidence is asked for inside a group that is too large, in thousandths of a nat.
STEP = 500
# Evidence of rows that must stay together, whatever the size of their group.
LINKED = np.iinfo(np.int32).max


def group_rows(pairs: Candidates, row_count: int, min_evidence: int) -> tuple[Positions, Mask]:
    """
    Connected rows; groups that are too large come apart where evidence is least.

    Args:
        pairs: Candidate pairs; those with LINKED evidence always stay.
        row_count: Rows of the table.
        min_evidence: What every pair has at least.

    Returns:
        Group number of each row, shape (n_rows,), and which pairs are of one group.
    """
    connects = np.ones(len(pairs), dtype=bool)
    asked = min_evidence
    while True:
        group = connected(pairs.left[connects], pairs.right[connects], row_count)
        oversized = (np.bincount(group) > MAX_GROUP_ROWS)[group[pairs.left]] & connects
        loose = oversized & (pairs.evidence < LINKED)
        if not loose.any():
            # What was too weak to hold a group together may still be a match inside one.
            return group, group[pairs.left] == group[pairs.right]
        asked += STEP
        connects &= ~(loose & (pairs.evidence < asked))
