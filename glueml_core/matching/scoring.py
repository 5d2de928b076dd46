"""A matcher at work on one table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
from scipy.special import expit

from glueml_core.matching.arrays import Floats, Mask, Positions
from glueml_core.matching.clustering import Clusters, ScorePairs, cluster_rows
from glueml_core.matching.comparison import Comparison
from glueml_core.matching.components import LOWEST_LEVEL
from glueml_core.matching.features import Competition, FeatureTable
from glueml_core.matching.features.feature import side_by_side
from glueml_core.matching.features.telling import TellingWords, WordLore
from glueml_core.matching.links import Links
from glueml_core.matching.logistic import bounded_logit
from glueml_core.matching.matcher import Matcher
from glueml_core.matching.pair_model import PairModel, start_scores, unsupervised_log_odds
from glueml_core.matching.portions import portions

__all__ = ["Scoring", "SecondStage"]

# Of pairs of rows, and what the first stage sees of them.
_Score: TypeAlias = Callable[[FeatureTable, Positions, Positions], Floats]

# The second stage looks at pairs in portions, so that their features never fill the memory.
_PAIRS_AT_ONCE = 50_000


@dataclass(frozen=True)
class Scoring:
    """
    Match probabilities of a table's pairs.

    Args:
        matcher: A trained matcher.
        comparison: The table, prepared with the matcher's columns.
        lore: How telling words are in the larger table that this is a part of; left out, the
            table speaks for itself.
    """

    matcher: Matcher
    comparison: Comparison
    lore: WordLore | None = None

    @cached_property
    def _second_stage(self) -> SecondStage:
        return SecondStage.of(self.comparison, self.matcher.first_stage, self.lore)

    @property
    def word_lore(self) -> WordLore:
        """How telling words are in this table."""
        words = self.comparison.vectors.words.tokens
        return self._second_stage.telling.of_words(words)

    @cached_property
    def candidates(self) -> Floats:
        """Match probability of each candidate pair, in [0, 1]."""
        return self.some_candidates(slice(None))

    def some_candidates(self, chosen: Positions | slice) -> Floats:
        """What `candidates` has of some of them, by position, without scoring the rest."""
        pairs = self.comparison.candidates
        return self._score(
            self.comparison.features.take(chosen),
            pairs.left[chosen],
            pairs.right[chosen],
            self._second_stage.score[chosen],
        )

    def __call__(self, left: Positions, right: Positions) -> Floats:
        """Match probability of any pairs of rows, a row with itself among them."""
        return self._in_portions(self._score_any, left, right)

    def clusters(
        self, probability: Floats, threshold: float, links: Links, wanted: Mask | None = None
    ) -> Clusters:
        """
        Which rows belong together, as `cluster_rows` says.

        Args:
            probability: Of each candidate pair, as far as it matters: `candidates`.
            threshold: Match probability from which rows belong together.
            links: What labels force.
            wanted: Rows whose clusters are asked for; all if left out.
        """
        pairs = self.comparison.candidates
        return cluster_rows(
            pairs.left,
            pairs.right,
            probability,
            self,
            threshold,
            links,
            wanted,
            self.large_merges,
        )

    @property
    def large_merges(self) -> ScorePairs | None:
        """Gives probabilities by which large groups may merge, if the matcher is wary of that."""
        return self._wary if self.matcher.large_merge_share else None

    def features(self, left: Positions, right: Positions) -> FeatureTable:
        """Everything the second stage sees of any pairs of rows."""
        first, stage = self.comparison.features_of(left, right), self._second_stage
        return stage(first, left, right, stage.first_score(first))

    def of_features(self, second: FeatureTable, is_equal: Mask) -> Floats:
        """Match probability of pairs from what `features` gives, and which say the same."""
        odds = np.asarray(np.mean(_log_odds(self.matcher.second_stage, second), axis=0))
        return self.matcher.probability(odds, is_equal)

    def _in_portions(self, score: _Score, left: Positions, right: Positions) -> Floats:
        parts = [
            score(self.comparison.features_of(left[part], right[part]), left[part], right[part])
            for part in portions(len(left), _PAIRS_AT_ONCE)
        ]
        return np.concatenate([*parts, np.empty(0, np.float32)])

    def _wary(self, left: Positions, right: Positions) -> Floats:
        return self._in_portions(self._score_warily, left, right)

    def _score_warily(self, first: FeatureTable, left: Positions, right: Positions) -> Floats:
        odds = bounded_logit(self._score_any(first, left, right))
        likeness = unsupervised_log_odds(start_scores(first))
        share = self.matcher.large_merge_share
        return np.asarray(expit(odds + share * (likeness - odds)), dtype=np.float32)

    def _score_any(self, first: FeatureTable, left: Positions, right: Positions) -> Floats:
        return self._score(first, left, right, self._second_stage.first_score(first))

    def _score(
        self, first: FeatureTable, left: Positions, right: Positions, first_score: Floats
    ) -> Floats:
        is_equal = left == right
        probability = self.matcher.probability(bounded_logit(first_score), is_equal)
        open_pairs = self._open(probability)
        for part in portions(len(open_pairs), _PAIRS_AT_ONCE):
            chosen = open_pairs[part]
            second = self._second_stage(
                first.take(chosen), left[chosen], right[chosen], first_score[chosen]
            )
            probability[chosen] = self.of_features(second, is_equal[chosen])
        return probability

    def _open(self, probability: Floats) -> Positions:
        """
        Which pairs the first stage leaves open: the others are too unlikely to connect anything.

        A second stage that leans on likeness alone may think otherwise, and looks at all of them.
        """
        if self.matcher.unsupervised_share:
            return np.arange(len(probability))
        return np.flatnonzero(probability >= LOWEST_LEVEL)


@dataclass(frozen=True)
class SecondStage:
    """
    What first-stage scores of all candidates say about a pair.

    Args:
        models: First-stage models; pairs get the mean of their scores.
        competition: How a pair stands among its rivals.
        telling: Which words tell entities apart.
        score: First-stage scores of the candidates themselves.
    """

    models: Sequence[PairModel]
    competition: Competition
    telling: TellingWords
    score: Floats

    @classmethod
    def of(
        cls, comparison: Comparison, models: Sequence[PairModel], lore: WordLore | None = None
    ) -> SecondStage:
        """Learn from a table's candidate pairs; about words only if there is no lore."""
        words = comparison.vectors.words
        score = _mean_probability([comparison.log_odds_by(model) for model in models])
        rivals = comparison.competition_by("first model", score)
        telling = (
            TellingWords.of(words.rows.presence, rivals.left, rivals.right, rivals.score)
            if lore is None
            else TellingWords.recalled(lore, words.rows.presence, words.tokens)
        )
        return cls(models, rivals, telling, score)

    def first_score(self, first: FeatureTable) -> Floats:
        """First-stage score of any pairs from their first-stage features, in [0, 1]."""
        return _mean_probability(_log_odds(self.models, first))

    def __call__(
        self, first: FeatureTable, left: Positions, right: Positions, score: Floats
    ) -> FeatureTable:
        """First-stage features with those that rest on first-stage scores."""
        rivals = self.competition(left, right, score)
        return side_by_side([first, rivals, self.telling(left, right)])


def _log_odds(models: Sequence[PairModel], features: FeatureTable) -> list[Floats]:
    """By each fold's model, shape (n_pairs,)."""
    start = start_scores(features)
    return [model.log_odds(features.values, start) for model in models]


def _mean_probability(odds: Sequence[Floats]) -> Floats:
    return np.asarray(expit(np.mean(odds, axis=0)), dtype=np.float32)
