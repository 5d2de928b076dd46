"""What few labels are worth: whether they teach better clusters than likeness finds alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from glueml_core.matching.held_out_clusters import held_out_together
from glueml_core.matching.likeness_alone import (
    EVEN,
    MOST_OF_A_SAY,
    LikenessAlone,
)
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
# What was learned must find more than this part of one labeling set's weight: with few sets, one
# that happens to be easy for it says little of the table.
_PART_OF_A_SET = 1 / 3


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
    clusters does: labels of which likeness finds nearly all leave no room for far larger ones, and
    such as hold less than what it rightly joins miss some of that.

    Args:
        comparison: The table, or what is around the labeled rows.
        labeled: What was learned from.
        leaning: What came of it, if it leans by a share.
        bid: What pairs say.

    Returns:
        By the likeliest share, and no less than is owed, where labels show that what was learned
        finds more, and where clusters tell nothing, for both put the same of the labeled pairs
        together; else, by most of all, as where its clusters are too large, and nearly so
        where a few sets find a fault in it and its clusters are too small. Of two labeling sets
        that tell nothing, the highest share that they bid. And a few sets, however
        much they bid, say nothing of large groups: where likeness alone is fair, it has most of a
        say in whether two of them merge.
    """
    # No rule below takes back what was bid, or asks for more.
    if bid.likeliest >= MOST_SHARE:
        return leaning(bid.likeliest)
    unsupervised = leaning(1.0)
    alone = LikenessAlone.judging(labeled, comparison, unsupervised)
    share = max(bid.likeliest, alone.owed)
    learned = leaning(share)
    taught = held_out_together(comparison, labeled, learned, learned.threshold(EVEN))
    tell_nothing = (taught == alone.together).all()
    if not tell_nothing and not _find_more(taught, alone):
        return leaning(max(share, MOST_SHARE if alone.is_fair else MOST_OF_A_SAY))
    if tell_nothing and alone.says_more_than_sets and bid.highest > share:
        learned = leaning(bid.highest)
    # Before a file is done, its sets have hardly shown whether two large groups are one entity.
    if alone.is_fair and not labeled.fill_a_file:
        learned = _wary_of_large_merges(learned)
    # Who leans as far already is not asked: the answer would change nothing.
    could_lean = learned.unsupervised_share < MOST_SHARE
    if could_lean and alone.finds_nearly_all:
        joined, joined_alone = (_joined(comparison, each) for each in (learned, unsupervised))
        if alone.leaves_no_room(joined, joined_alone):
            return leaning(MOST_SHARE)
        # Nor have they shown much of what it cuts away, if they find a fault in it.
        doubtful = not labeled.fill_a_file and (taught != labeled.is_match).any()
        if doubtful and alone.joins_more_rightly(joined, joined_alone):
            return leaning(max(learned.unsupervised_share, MOST_OF_A_SAY))
    return learned


def _find_more(taught: Mask, alone: LikenessAlone) -> bool:
    """Whether clusters that were taught are right about clearly more of the labeled pairs."""
    ahead = 1 + _PART_OF_A_SET / alone.labeled.set_count
    return alone.labeled.judge(taught).f1 >= min(ahead * alone.judged.f1, 1.0)


def _wary_of_large_merges(matcher: Matcher) -> Matcher:
    """The same, but where large groups are to merge it leans on likeness as far as who lost."""
    share = MOST_OF_A_SAY if matcher.unsupervised_share < MOST_OF_A_SAY else 0.0
    return replace(matcher, large_merge_share=share)


def _joined(comparison: Comparison, matcher: Matcher) -> int:
    """How many of the rows' pairs a matcher's clusters join."""
    scoring = Scoring(matcher, comparison)
    return TableClusters(comparison, scoring, matcher.threshold(EVEN)).joined
