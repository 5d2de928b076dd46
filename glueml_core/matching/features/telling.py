"""Which words tell entities apart, learned from the scores of all candidate pairs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.special import logit

from glueml_core.matching.arrays import Floats, Positions, SparseRows
from glueml_core.matching.features.feature import Feature, FeatureTable
from glueml_core.matching.portions import each_portion, portions

__all__ = ["TellingWords", "WordLore", "telling_layout"]

_PAIRS_AT_ONCE = 200_000
# A word counts as this many pairs of average score before it has pairs of its own.
_PRIOR_PAIRS = 3.0
_LAYOUT = (
    Feature("most telling shared word"),
    Feature("telling of shared words"),
    Feature("most telling unshared word", direction=-1),
    Feature("telling of unshared words", direction=-1),
    Feature("most telling unshared word, sparer side", direction=-1),
    Feature("telling of unshared words, sparer side", direction=-1),
)


def telling_layout() -> tuple[Feature, ...]:
    """The features, in the order in which they are computed."""
    return _LAYOUT


class WordLore(NamedTuple):
    """
    How telling words are.

    Args:
        words: Distinct words.
        shared: As in `TellingWords`, for each word.
        unshared: As in `TellingWords`, for each word.
    """

    words: pd.Index
    shared: Floats
    unshared: Floats


@dataclass(frozen=True)
class TellingWords:
    """
    What sharing a word, or having it alone, says about a pair.

    Rarity alone takes a rare misprint for telling and a company's name for common; how candidate
    pairs with the word score on the whole knows better.

    Args:
        presence: 1 where a row has a word, shape (n_rows, n_words).
        shared: Log odds that a word adds to pairs that share it, at least 0, shape (n_words,).
        unshared: Log odds that it takes from pairs of which one has it, at least 0.
    """

    presence: SparseRows
    shared: Floats
    unshared: Floats

    @classmethod
    def of(
        cls, presence: SparseRows, left: Positions, right: Positions, score: Floats
    ) -> TellingWords:
        """Learn from candidate pairs and their match scores in [0, 1]."""
        shared = np.zeros((2, presence.shape[1]))
        for part in portions(len(left), _PAIRS_AT_ONCE):
            both = presence[left[part]].multiply(presence[right[part]]).tocsr()
            shared += both.T @ score[part], np.asarray(both.sum(axis=0)).ravel()
        # What a pair shares is counted at both ends, and the rest is what one of them has alone.
        unshared = _counts_at_ends(presence, left, right, score) - 2 * shared
        mean = float(np.clip(score.mean() if len(score) else 0.5, 1e-4, 1 - 1e-4))
        lift = _lift(shared, mean), -_lift(unshared, mean)
        return cls(presence, np.maximum(lift[0], 0), np.maximum(lift[1], 0))

    def of_words(self, words: pd.Index) -> WordLore:
        """What was learned, apart from the table it was learned from."""
        return WordLore(words, self.shared, self.unshared)

    @classmethod
    def recalled(cls, lore: WordLore, presence: SparseRows, words: pd.Index) -> TellingWords:
        """What another table taught, about this one's words; of words unheard of, nothing."""
        at = lore.words.get_indexer(words)
        shared, unshared = (np.append(told, np.float32(0))[at] for told in lore[1:])
        return cls(presence, shared, unshared)

    def __call__(self, left: Positions, right: Positions) -> FeatureTable:
        """Features of any pairs of rows."""
        values = np.empty((len(left), len(_LAYOUT)), dtype=np.float32)

        def tell(part: slice) -> None:
            of_left, of_right = self.presence[left[part]], self.presence[right[part]]
            both = of_left.multiply(of_right).tocsr()
            here = _most_and_sum(of_left - both, self.unshared)
            there = _most_and_sum(of_right - both, self.unshared)
            values[part, :2] = _most_and_sum(both, self.shared)
            values[part, 2] = np.maximum(here[:, 0], there[:, 0])
            values[part, 3] = here[:, 1] + there[:, 1]
            values[part, 4:] = np.minimum(here, there)

        each_portion(tell, len(left))
        return FeatureTable(_LAYOUT, values)


def _counts_at_ends(
    presence: SparseRows, left: Positions, right: Positions, score: Floats
) -> Floats:
    """Scores of the pairs of all rows that have a word, and their number, shape (2, n_words)."""
    ends, count = np.concatenate([left, right]), presence.shape[0]
    sums = np.bincount(ends, np.concatenate([score, score]), count), np.bincount(ends, None, count)
    return np.stack([presence.T @ of_row for of_row in sums])


def _lift(counts: Floats, mean: float) -> Floats:
    smoothed = (counts[0] + _PRIOR_PAIRS * mean) / (counts[1] + _PRIOR_PAIRS)
    lifted: Floats = logit(np.clip(smoothed, 1e-4, 1 - 1e-4)) - logit(mean)
    return lifted.astype(np.float32)


def _most_and_sum(words: SparseRows, weight: Floats) -> Floats:
    weighted = (words @ sparse.diags(weight)).tocsr()
    most = np.asarray(weighted.max(axis=1).todense()).ravel()
    return np.column_stack([most, np.asarray(weighted.sum(axis=1)).ravel()])
