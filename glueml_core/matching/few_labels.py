"""What few labels are worth: whether they teach better clusters than likeness finds alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from glueml_core.matching.held_out_clusters import held_out_together
from glueml_core.matching.scoring import Scoring
from glueml_core.matching.table_clusters import TableClusters

if TYPE_CHECKING:
    from glueml_core.matching.arrays import Mask
    from glueml_core.matching.comparison import Comparison
    from glueml_core.matching.labels import LabeledPairs
    from glueml_core.matching.matcher import Matcher

__all__ = ["share_by_clusters"]

# With more labeling sets, no table is known where likeness alone does as well.
_FEW_SETS = 20
# What was learned must find more than this part of one labeling set's weight: with few sets, one
# that happens to be easy for it says little of the table.
_PART_OF_A_SET = 1 / 3
_EVEN = 0.5
# From measurements: with half, what was learned still joins what it should not; with all of it,
# nothing is left of what was learned.
_SHARE = 0.75


def share_by_clusters(
    comparison: Comparison, labeled: LabeledPairs, learned: Matcher, unsupervised: Matcher
) -> float:
    """
    The share of the unsupervised log odds that a matcher owes to its clusters, from 0 to 1.

    Pairs alone do not tell: a model that is a little too sure of many pairs joins whole clusters
    that no labeled pair connects. So the whole table is clustered, with models that had not learned
    from the pairs they are judged by, and by likeness alone.

    Args:
        comparison: The table.
        labeled: What was learned from.
        learned: What came of it.
        unsupervised: The same with nothing but unsupervised log odds.

    Returns:
        0 where labels are many, where they show that what was learned finds more, and where both
        put the same of their pairs together, so that they tell nothing.
    """
    if labeled.set_count >= _FEW_SETS:
        return 0.0
    taught = held_out_together(comparison, labeled, learned, learned.threshold(_EVEN))
    alone = TableClusters(
        comparison, Scoring(unsupervised, comparison), unsupervised.threshold(_EVEN)
    ).together(labeled.left, labeled.right)
    ahead = 1 + _PART_OF_A_SET / labeled.set_count
    needed = min(ahead * _f1(alone, labeled), 1.0)
    if (taught == alone).all() or _f1(taught, labeled) >= needed:
        return 0.0
    return _SHARE


def _f1(together: Mask, labeled: LabeledPairs) -> float:
    hits = (together & labeled.is_match).sum()
    return float(2 * hits / np.maximum(together.sum() + labeled.is_match.sum(), 1))
