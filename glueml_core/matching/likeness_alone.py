"""What likeness alone makes of labeled pairs, and what few labels owe it for that."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self

from glueml_core.matching.nearby_clusters import together_nearby
from glueml_core.matching.scoring import Scoring

if TYPE_CHECKING:
    from glueml_core.matching.arrays import Mask
    from glueml_core.matching.comparison import Comparison
    from glueml_core.matching.labels import LabeledPairs
    from glueml_core.matching.matcher import Matcher
    from glueml_core.matching.metrics import Confusion

__all__ = ["EVEN", "HALF_A_SAY", "MOST_OF_A_SAY", "LikenessAlone"]

EVEN = 0.5
"""Of the precision-recall tradeoff: where labels judge clusters, neither counts for more."""
HALF_A_SAY = 0.5
MOST_OF_A_SAY = 0.75
"""From measurements: with half, what was learned can still join what it should not."""

# Where likeness finds this much of the labels' matches, it has found so much of the table's, too.
# And where so much of what it joins is right, it leaves little to part.
_NEARLY_ALL = 0.75
# Of the F1 of likeness alone: from here on there is something to lose.
_FAIR = 0.5
# Models of two sets are judged by what one set taught each: chance, whichever way it comes out.
_HARDLY_ANY_SETS = 2
# So few matches hardly show in what ways records of one entity differ: what was learned finds them,
# and too much or too little beside them. Where likeness joins much that is to be parted, though,
# differences teach that, and half as many matches do.
_FEW_MATCHES, _HARDLY_ANY_MATCHES = 12, 6


@dataclass(frozen=True)
class LikenessAlone:
    """
    What the unsupervised score's own clusters make of labeled pairs.

    Args:
        labeled: The labels.
        together: Which of their pairs likeness alone puts together, shape (n_pairs,).
    """

    labeled: LabeledPairs
    together: Mask

    @classmethod
    def judging(cls, labeled: LabeledPairs, comparison: Comparison, unsupervised: Matcher) -> Self:
        """As far as a matcher that leans wholly on the unsupervised log odds puts them together."""
        scoring, threshold = Scoring(unsupervised, comparison), unsupervised.threshold(EVEN)
        return cls(labeled, together_nearby(labeled.left, labeled.right, scoring, threshold))

    @cached_property
    def judged(self) -> Confusion:
        """Where labels call it right and wrong."""
        return self.labeled.judge(self.together)

    @property
    def is_fair(self) -> bool:
        """Whether there is something to lose."""
        return self.judged.f1 >= _FAIR

    @property
    def finds_nearly_all(self) -> bool:
        """Whether it leaves little to find."""
        return _is_nearly_all(self.judged.recall)

    @property
    def is_nearly_right(self) -> bool:
        """Whether it leaves little to part."""
        return _is_nearly_all(self.judged.precision)

    def leaves_no_room(self, joined: int, joined_alone: int) -> bool:
        """
        Whether likeness, which finds nearly all, leaves less to find than others join.

        Args:
            joined: Pairs of the table's rows joined by what was learned.
            joined_alone: By likeness alone.
        """
        return joined_alone < _NEARLY_ALL * joined

    def joins_more_rightly(self, joined: int, joined_alone: int) -> bool:
        """
        Whether others join fewer pairs than likeness joins rightly, so that they miss some of it.

        Labels say how many are right where they hold enough that is wrong.

        Args:
            joined: See `leaves_no_room`.
            joined_alone: See there.
        """
        right = (self.judged.precision or 0.0) * joined_alone
        return not self.is_nearly_right and joined < right

    @property
    def says_more_than_sets(self) -> bool:
        """Whether it is fair, and two labeling sets are all that says otherwise."""
        return self.is_fair and self.labeled.set_count <= _HARDLY_ANY_SETS

    @property
    def owed(self) -> float:
        """The share of the log odds that few labels owe it, whatever clusters show of them."""
        by_sets = HALF_A_SAY if self.says_more_than_sets else 0.0
        return max(by_sets, self._owed_by_matches if self.finds_nearly_all else 0.0)

    @property
    def _owed_by_matches(self) -> float:
        """By what few matches, or matches of few entities, cannot have taught."""
        matches = self.labeled.is_match.sum()
        if not self.is_nearly_right:
            return HALF_A_SAY if matches <= _HARDLY_ANY_MATCHES else 0.0
        if matches <= _FEW_MATCHES:
            return MOST_OF_A_SAY
        # More matches than records: entities are large, and each set holds two or three of them.
        of_few_entities = matches > len(self.labeled.rows) and not self.labeled.fill_a_file
        return HALF_A_SAY if of_few_entities else 0.0


def _is_nearly_all(part: float | None) -> bool:
    return part is not None and part >= _NEARLY_ALL
