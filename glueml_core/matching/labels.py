"""Labels as what they say about pairs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from pandera.typing import DataFrame

from glueml_core.matching.arrays import Mask, Positions
from glueml_core.matching.metrics import Confusion, confusion_at
from glueml_core.matching.rows import DistinctRows
from glueml_core.schemas import Labels

__all__ = [
    "SETS_OF_A_FILE",
    "LabeledPairs",
    "TooFewLabelsError",
    "check_labels",
    "labeled_pairs",
    "sets_with_kind",
]

SETS_OF_A_FILE = 10
"""Labeling sets in a file, if nobody asks for another number."""

# Matchers score by the mean of as many models; with half of them it is chance that decides more.
_FOLDS = 10
# With fewer labeling sets, what is left of them without one is too little to learn from.
_ENOUGH_SETS = 5


class TooFewLabelsError(ValueError):
    """The labels cannot teach a matcher yet; the message says what is missing."""


@dataclass(frozen=True)
class LabeledPairs:
    """
    Pairs of rows that were labeled together in a labeling set.

    Args:
        left, right: Rows of each pair, left <= right, shape (n_pairs,). A row paired with itself
            stands for two records that say the same.
        is_match: Whether the two got the same label.
        labeling_set: Number of the labeling set, from 0, in an order that neither ids nor the
            order of the labels can change.
    """

    left: Positions
    right: Positions
    is_match: Mask
    labeling_set: Positions

    def __len__(self) -> int:
        return len(self.left)

    @cached_property
    def fold(self) -> Positions:
        """
        Fold of each pair, from 0, to be judged by what the others teach; shape (n_pairs,).

        A labeling set is never torn apart. With a single one there is nothing else to tear, so
        its pairs are dealt out.
        """
        units = self.labeling_set
        if self.set_count == 1:
            units = np.lexsort((np.arange(len(self)), self.is_match)).argsort()
        # Dealt by their matches, so that every fold has some.
        matches = np.bincount(units, weights=self.is_match)
        order = np.lexsort((np.arange(len(matches)), -matches))
        fold_of_unit = np.empty(len(matches), dtype=np.int64)
        fold_of_unit[order] = np.arange(len(matches)) % min(_FOLDS, len(matches))
        return fold_of_unit[units]

    @property
    def fold_count(self) -> int:
        """How many folds there are."""
        return int(self.fold.max()) + 1

    @cached_property
    def set_count(self) -> int:
        """How many labeling sets there are."""
        return len(np.unique(self.labeling_set))

    @cached_property
    def rows(self) -> Positions:
        """The rows that were labeled, ascending."""
        return np.unique(np.concatenate([self.left, self.right]))

    @property
    def fill_a_file(self) -> bool:
        """Whether there are as many labeling sets as a file of them holds."""
        return self.set_count >= SETS_OF_A_FILE

    @property
    def are_enough(self) -> bool:
        """Whether there are so many labeling sets that all but one teach about as much as all."""
        return self.set_count >= _ENOUGH_SETS

    @property
    def is_equal(self) -> Mask:
        """Which pairs are of records that say the same."""
        return np.asarray(self.left == self.right)

    def judge(self, together: Mask) -> Confusion:
        """Where clusters are right and wrong that put some of the pairs together, (n_pairs,)."""
        return confusion_at(together.astype(float), self.is_match, 1.0)


def sets_with_kind(labels: DataFrame[Labels]) -> dict[str, int]:
    """
    How many labeling sets hold a match, and how many a difference.

    Labels alone tell, so that nobody compares a table to learn that they cannot teach.
    """
    of_set = labels.groupby("labeling_set_id")["label"]
    distinct = of_set.nunique()
    matched = distinct < of_set.size()
    return {"match": int(matched.sum()), "difference": int((distinct > 1).sum())}


def check_labels(labels: DataFrame[Labels]) -> None:
    """TooFewLabelsError unless labels hold both kinds of pairs: one alone teaches nothing."""
    sets = sets_with_kind(labels)
    if not sets["match"]:
        raise TooFewLabelsError(
            "The labels contain no match. Give at least two records of one labeling set "
            "the same label."
        )
    if not sets["difference"]:
        raise TooFewLabelsError(
            "The labels contain no difference. Give at least two records of one labeling set "
            "different labels."
        )


def labeled_pairs(labels: DataFrame[Labels], table: DistinctRows) -> LabeledPairs:
    """Every pair within every labeling set; nothing is concluded across sets."""
    rows = table.rows_of(labels["record_id"])
    frame = labels[["labeling_set_id", "label"]].assign(row=rows)
    frame["position"] = np.arange(len(frame))
    pairs = frame.merge(frame, on="labeling_set_id", suffixes=("_l", "_r"))
    pairs = pairs[pairs["position_l"] < pairs["position_r"]]

    left = pairs[["row_l", "row_r"]].min(axis=1).to_numpy(np.int64)
    right = pairs[["row_l", "row_r"]].max(axis=1).to_numpy(np.int64)
    is_match = (pairs["label_l"] == pairs["label_r"]).to_numpy(bool)
    sets = _numbered(pairs["labeling_set_id"].to_numpy(), left, right)
    order = np.lexsort((is_match, right, left, sets))
    return LabeledPairs(left[order], right[order], is_match[order], sets[order])


def _numbered(ids: np.ndarray, left: Positions, right: Positions) -> Positions:
    """Labeling sets by number, those with the lowest rows first."""
    order = np.lexsort((ids, right, left))
    number: dict[str, int] = {}
    for labeling_set_id in ids[order]:
        number.setdefault(labeling_set_id, len(number))
    return np.array([number[labeling_set_id] for labeling_set_id in ids], dtype=np.int64)
