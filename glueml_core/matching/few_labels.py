"""What few labels are worth: whether they teach better clusters than likeness finds alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glueml_core.matching.held_out_clusters import held_out_together
from glueml_core.matching.metrics import confusion_at
from glueml_core.matching.nearby_clusters import together_nearby
from glueml_core.matching.scoring import Scoring

if TYPE_CHECKING:
    from glueml_core.matching.comparison import Comparison
    from glueml_core.matching.labels import LabeledPairs
    from glueml_core.matching.matcher import Matcher

__all__ = ["are_few", "share_by_clusters"]

# With more labeling sets, no table is known where likeness alone does as well.
_FEW_SETS = 20
# What was learned must find more than this part of one labeling set's weight: with few sets, one
# that happens to be easy for it says little of the table.
_PART_OF_A_SET = 1 / 3
_EVEN = 0.5
# From measurements: with half, what was learned still joins what it should not; with all of it,
# nothing is left of what was learned.
_SHARE = 0.75


def are_few(labeled: LabeledPairs) -> bool:
    """Whether there are so few labeling sets that likeness alone may cluster as well."""
    return labeled.set_count < _FEW_SETS


def share_by_clusters(
    comparison: Comparison, labeled: LabeledPairs, learned: Matcher, unsupervised: Matcher
) -> float:
    """
    The share of the unsupervised log odds that a matcher owes to its clusters, from 0 to 1.

    Pairs alone do not tell: a model that is a little too sure of many pairs joins whole clusters
    that no labeled pair connects. So the rows are clustered, with models that had not learned from
    the pairs they are judged by, and by likeness alone.

    Args:
        comparison: The table, or what is around the labeled rows.
        labeled: What was learned from.
        learned: What came of it.
        unsupervised: The same with nothing but unsupervised log odds.

    Returns:
        0 where labels show that what was learned finds more, and where both put the same of their
        pairs together, so that they tell nothing.
    """
    taught = held_out_together(comparison, labeled, learned, learned.threshold(_EVEN))
    alone = together_nearby(
        labeled.left,
        labeled.right,
        Scoring(unsupervised, comparison),
        unsupervised.threshold(_EVEN),
    )
    if (taught == alone).all():
        return 0.0
    reached, matched = (
        confusion_at(together.astype(float), labeled.is_match, _EVEN).f1
        for together in (taught, alone)
    )
    ahead = 1 + _PART_OF_A_SET / labeled.set_count
    return 0.0 if reached >= min(ahead * matched, 1.0) else _SHARE
