"""What few labels are worth: whether they teach better clusters than likeness finds alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from glueml_core.matching.held_out_clusters import held_out_together
from glueml_core.matching.metrics import Confusion, confusion_at
from glueml_core.matching.nearby_clusters import together_nearby
from glueml_core.matching.scoring import Scoring
from glueml_core.matching.table_clusters import TableClusters
from glueml_core.matching.unsupervised_share import MOST_SHARE

if TYPE_CHECKING:
    from collections.abc import Callable

    from glueml_core.matching.arrays import Mask
    from glueml_core.matching.comparison import Comparison
    from glueml_core.matching.labels import LabeledPairs
    from glueml_core.matching.matcher import Matcher
    from glueml_core.matching.unsupervised_share import ShareBid

__all__ = ["are_few", "matcher_by_clusters"]

# With more labeling sets, no table is known where likeness alone does as well.
_FEW_SETS = 20
# Models of two sets are judged by what one set taught each: chance, whichever way it comes out.
_HARDLY_ANY_SETS = 2
_SHARE_OF_HARDLY_ANY = 0.5
# What was learned must find more than this part of one labeling set's weight: with few sets, one
# that happens to be easy for it says little of the table.
_PART_OF_A_SET = 1 / 3
_EVEN = 0.5
# Of the F1 of likeness alone: from here on there is something to lose.
_FAIR = 0.5
# From measurements: with half, what was learned still joins what it should not.
_SHARE = 0.75
# Where likeness finds this much of the labels' matches, it has joined so much of the table's too:
# clusters with more pairs than those that this leaves to find join what does not belong together.
# And where so much of what it joins is right, it leaves little to part.
_NEARLY_ALL = 0.75
# So few matches hardly show in what ways records of one entity differ: what was learned finds them,
# and too much or too little beside them. Where likeness joins much that is to be parted, though,
# differences teach that, and half as many matches do.
_FEW_MATCHES, _HARDLY_ANY_MATCHES = 12, 6
# Before a file of ten is done, its sets have hardly shown whether two large groups are one entity.
_SETS_OF_SMALL_GROUPS = 9


def are_few(labeled: LabeledPairs) -> bool:
    """Whether there are so few labeling sets that likeness alone may cluster as well."""
    return labeled.set_count < _FEW_SETS


def matcher_by_clusters(
    comparison: Comparison,
    labeled: LabeledPairs,
    leaning: Callable[[float], Matcher],
    bid: ShareBid,
) -> Matcher:
    """
    The matcher that leans on the unsupervised log odds as far as its clusters call for.

    Pairs alone do not tell: a model that is a little too sure of many pairs joins whole clusters
    that no labeled pair connects. So the rows are clustered, with models that had not learned from
    the pairs they are judged by, and by likeness alone. What no label tells, the size of the
    clusters does: labels of which likeness finds nearly all leave no room for far larger ones.

    Args:
        comparison: The table, or what is around the labeled rows.
        labeled: What was learned from.
        leaning: What came of it, if it leans by a share.
        bid: What pairs say.

    Returns:
        By the likeliest share where labels show that what was learned finds more, and where
        clusters tell nothing, for both put the same of the labeled pairs together; else, by most
        of all, as where its clusters are too large. Two labeling sets show little: where likeness
        alone is fair, they owe half at least, and the highest share that they bid where clusters
        tell nothing. As little do a few matches of which likeness alone finds nearly all: half a
        dozen owe half, a dozen three quarters where nearly all that it puts together is right.
        And a few sets, however much they bid, say nothing of large groups: where likeness alone is
        fair, it has most of a say in whether two of them merge.
    """
    # No rule below takes back what was bid, or asks for more.
    if bid.likeliest >= MOST_SHARE:
        return leaning(bid.likeliest)
    unsupervised = leaning(1.0)
    alone = _alone_together(comparison, labeled, unsupervised)
    to_beat = _judged(alone, labeled)
    is_fair = to_beat.f1 >= _FAIR
    show_little = is_fair and labeled.set_count <= _HARDLY_ANY_SETS
    owed = max(_owed_by_matches(labeled, to_beat), _SHARE_OF_HARDLY_ANY if show_little else 0.0)
    share = max(bid.likeliest, owed)
    learned = leaning(share)
    taught = held_out_together(comparison, labeled, learned, learned.threshold(_EVEN))
    ahead = 1 + _PART_OF_A_SET / labeled.set_count
    if (taught == alone).all():
        learned = leaning(bid.highest) if show_little and bid.highest > share else learned
    elif _judged(taught, labeled).f1 < min(ahead * to_beat.f1, 1.0):
        return leaning(max(share, MOST_SHARE if is_fair else _SHARE))
    if is_fair and labeled.set_count <= _SETS_OF_SMALL_GROUPS:
        learned = _wary_of_large_merges(learned)
    # Who leans as far already is not asked: the answer would change nothing.
    could_lean = learned.unsupervised_share < MOST_SHARE
    leaves_little = _is_nearly_all(to_beat.recall)
    if could_lean and leaves_little and _joins_too_much(comparison, learned, unsupervised):
        return leaning(MOST_SHARE)
    return learned


def _wary_of_large_merges(matcher: Matcher) -> Matcher:
    """The same, but where large groups are to merge it leans on likeness as far as who lost."""
    share = _SHARE if matcher.unsupervised_share < _SHARE else 0.0
    return replace(matcher, large_merge_share=share)


def _owed_by_matches(labeled: LabeledPairs, alone: Confusion) -> float:
    """The share that few labeled matches owe to likeness, which finds nearly all of them."""
    matches = labeled.is_match.sum()
    if matches > _FEW_MATCHES or not _is_nearly_all(alone.recall):
        return 0.0
    if _is_nearly_all(alone.precision):
        return _SHARE
    return _SHARE_OF_HARDLY_ANY if matches <= _HARDLY_ANY_MATCHES else 0.0


def _is_nearly_all(part: float | None) -> bool:
    return part is not None and part >= _NEARLY_ALL


def _alone_together(comparison: Comparison, labeled: LabeledPairs, unsupervised: Matcher) -> Mask:
    """Which labeled pairs likeness alone puts together, (n_pairs,)."""
    scoring = Scoring(unsupervised, comparison)
    threshold = unsupervised.threshold(_EVEN)
    return together_nearby(labeled.left, labeled.right, scoring, threshold)


def _joins_too_much(comparison: Comparison, learned: Matcher, unsupervised: Matcher) -> bool:
    """Whether more of the rows' pairs are joined than likeness, having found nearly all, leaves."""
    joined, joined_alone = (
        TableClusters(comparison, Scoring(each, comparison), each.threshold(_EVEN)).joined
        for each in (learned, unsupervised)
    )
    return joined_alone < _NEARLY_ALL * joined


def _judged(together: Mask, labeled: LabeledPairs) -> Confusion:
    return confusion_at(together.astype(float), labeled.is_match, _EVEN)
