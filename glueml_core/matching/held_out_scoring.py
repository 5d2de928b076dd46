"""Match probabilities as they are where nobody has labeled anything."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from glueml_core.matching.pair_values import look_up

if TYPE_CHECKING:
    from glueml_core.matching.arrays import Floats, Positions
    from glueml_core.matching.labels import LabeledPairs
    from glueml_core.matching.scoring import Scoring

__all__ = ["HeldOutScoring"]


@dataclass(frozen=True)
class HeldOutScoring:
    """
    Scores in which labeled pairs have the probability that models gave them unseen.

    A matcher is surer of what it learned from; with that set right, labeled pairs stand for all
    others.

    Args:
        learned: The matcher at work; its held-out probabilities are in the order of `labeled`.
        labeled: The labeled pairs.
    """

    learned: Scoring
    labeled: LabeledPairs

    @cached_property
    def candidates(self) -> Floats:
        """Match probability of each candidate pair, in [0, 1]."""
        pairs = self.learned.comparison.candidates
        return self._unlearned(pairs.left, pairs.right, self.learned.candidates)

    def __call__(self, left: Positions, right: Positions) -> Floats:
        """Match probability of any pairs of rows."""
        return self._unlearned(left, right, self.learned(left, right))

    @cached_property
    def _labeled_keys(self) -> tuple[Positions, Floats]:
        distinct, first = np.unique(
            self._keys(self.labeled.left, self.labeled.right), return_index=True
        )
        return distinct, self.learned.matcher.held_out.probability[first]

    def _unlearned(self, left: Positions, right: Positions, learned: Floats) -> Floats:
        wanted = self._keys(np.minimum(left, right), np.maximum(left, right))
        is_labeled, held_out = look_up(*self._labeled_keys, wanted)
        return np.where(is_labeled, held_out, learned)

    def _keys(self, left: Positions, right: Positions) -> Positions:
        return left * len(self.learned.comparison.table) + right
