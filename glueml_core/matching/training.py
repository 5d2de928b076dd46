"""Teaching a matcher from labels."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from pandera.typing import DataFrame

from glueml_core.matching.arrays import Floats, Mask
from glueml_core.matching.comparison import Comparison
from glueml_core.matching.cores import on_all_cores
from glueml_core.matching.features import FeatureTable
from glueml_core.matching.few_labels import are_few, matcher_by_clusters
from glueml_core.matching.labels import LabeledPairs, check_labels, labeled_pairs
from glueml_core.matching.logistic import LogisticCurve
from glueml_core.matching.matcher import HeldOut, Matcher
from glueml_core.matching.options import MatchingOptions, Progress
from glueml_core.matching.pair_model import (
    PairModel,
    start_scores,
    train_pair_model,
    unsupervised_log_odds,
)
from glueml_core.matching.scoring import SecondStage
from glueml_core.matching.teaching import compare_to_teach
from glueml_core.matching.unsupervised_share import (
    ShareBid,
    bid_unsupervised_share,
    unsettled_share,
)
from glueml_core.schemas import Labels, Records

__all__ = ["train_matcher", "train_on"]

# Candidates that training looks at; a large table has many times more.
_MOST_PAIRS = 300_000
_NO_CHANGE = LogisticCurve(slope=1.0, intercept=0.0)
# Heavy, because held-out odds come from one model that knows less than the mean of all, and because
# what was chosen for being in doubt is harder than the rest: both make models look too sure.
_PRIOR_WEIGHT = 100.0
_EQUAL_PRIOR_WEIGHT = 0.3
# With as many folds or more, the one that a model has not seen would teach it hardly anything.
_FEW_FOLDS = 4
_TAUGHT_BY_ALL = 3


def train_matcher(
    records: DataFrame[Records],
    labels: DataFrame[Labels],
    options: MatchingOptions,
    progress: Progress,
) -> Matcher:
    """
    Learn from labels what makes two of these records one entity.

    Raises:
        TooFewLabelsError: No labeled pair is a match, or none is a difference.
    """
    check_labels(labels)
    progress(0.0, "Comparing records")
    comparison = compare_to_teach(records, labels, options)
    labeled = labeled_pairs(labels, comparison.table)
    progress(0.4, "Training")
    matcher = train_on(comparison, labeled, options)
    progress(1.0, "Trained")
    return matcher


def train_on(comparison: Comparison, labeled: LabeledPairs, options: MatchingOptions) -> Matcher:
    """Train on a table that is prepared already; the labels hold both kinds of pairs."""
    lesson = _Lesson.on(comparison.around(labeled.rows, _MOST_PAIRS), labeled, options)
    if not are_few(labeled):
        return lesson.matcher(lesson.bid.likeliest)
    return matcher_by_clusters(lesson.comparison, labeled, lesson.matcher, lesson.bid)


@dataclass(frozen=True)
class _Lesson:
    """
    What labels taught, before it is decided how far to go by it.

    Args:
        comparison: The table, or what is around the labeled rows.
        labeled: The labels.
        first_stage, second_stage: One model a fold each; behind them, where folds are few, models
            taught by all labels.
        features: What the second stage sees of the labeled pairs.
        extension_features: Names of the user's features among them.
    """

    comparison: Comparison
    labeled: LabeledPairs
    first_stage: tuple[PairModel, ...]
    second_stage: tuple[PairModel, ...]
    features: FeatureTable
    extension_features: tuple[str, ...]

    @classmethod
    def on(cls, comparison: Comparison, labeled: LabeledPairs, options: MatchingOptions) -> _Lesson:
        first = comparison.features_of(labeled.left, labeled.right)
        first_stage = _models(first, labeled, options.seed)
        second = _second_stage(comparison, first, first_stage, labeled)
        second_stage = _models(second, labeled, options.seed + 1)
        own = options.extensions.feature_names
        return cls(comparison, labeled, first_stage, second_stage, second, own)

    @property
    def bid(self) -> ShareBid:
        """How far the second stage should lean on the unsupervised score, as pairs bid."""
        labeled = self.labeled
        if labeled.are_enough:
            return ShareBid()
        odds = _out_of_fold(self.second_stage, self.features, labeled)
        learned = _calibration(odds, labeled).log_odds(odds)
        unsupervised = unsupervised_log_odds(start_scores(self.features))
        unequal = ~labeled.is_equal
        return bid_unsupervised_share(
            learned[unequal], unsupervised[unequal], labeled.is_match[unequal]
        )

    def matcher(self, share: float) -> Matcher:
        """A matcher that leans on the unsupervised score by a share."""
        labeled = self.labeled
        second_stage = tuple(model.leaning(share) for model in self.second_stage)
        odds = _out_of_fold(second_stage, self.features, labeled)
        calibration = _calibration(odds, labeled).toward(_NO_CHANGE, unsettled_share(share))
        matcher = Matcher(
            columns=self.comparison.table.profile,
            first_stage=self.first_stage,
            second_stage=second_stage,
            calibration=calibration,
            equal_records=_equal_records(calibration.log_odds(odds), labeled),
            held_out=HeldOut(calibration(odds), labeled.is_match, labeled.labeling_set),
            unsupervised_share=share,
            extension_features=self.extension_features,
            unleaning=self.matcher(0.0) if share else None,
        )
        probability = matcher.probability(odds, labeled.is_equal)
        return replace(matcher, held_out=replace(matcher.held_out, probability=probability))


def _calibration(odds: Floats, labeled: LabeledPairs) -> LogisticCurve:
    """The curve from held-out log odds to truth."""
    unequal = ~labeled.is_equal
    return LogisticCurve.fit(odds[unequal], labeled.is_match[unequal], _NO_CHANGE, _PRIOR_WEIGHT)


def _equal_records(odds: Floats, labeled: LabeledPairs) -> LogisticCurve:
    """
    The curve from calibrated log odds of equal records to truth.

    Similarity cannot tell equal records of two entities from those of one; only labels of such
    pairs can, and few of them say much.
    """
    equal = labeled.is_equal
    return LogisticCurve.fit(odds[equal], labeled.is_match[equal], _NO_CHANGE, _EQUAL_PRIOR_WEIGHT)


def _models(features: FeatureTable, labeled: LabeledPairs, seed: int) -> tuple[PairModel, ...]:
    """
    One model a fold, taught by all others; behind them, where folds are few, some taught by all.

    Those know all labels, and no label can judge them; but with two folds the others know half.
    """
    lessons = [(labeled.fold != fold, seed) for fold in range(labeled.fold_count)]
    if labeled.fold_count < _FEW_FOLDS:
        everything = np.ones(len(labeled), dtype=bool)
        lessons += [(everything, seed + 2 * extra) for extra in range(_TAUGHT_BY_ALL)]

    def taught(lesson: tuple[Mask, int]) -> PairModel:
        mask, lesson_seed = lesson
        # How alike equal records are teaches nothing about others.
        seen = np.flatnonzero(mask & ~labeled.is_equal)
        part = features.take(seen)
        return train_pair_model(
            part.features, part.values, start_scores(part), labeled.is_match[seen], lesson_seed
        )

    return tuple(on_all_cores(taught, lessons))


def _second_stage(
    comparison: Comparison,
    first: FeatureTable,
    first_stage: tuple[PairModel, ...],
    labeled: LabeledPairs,
) -> FeatureTable:
    """Second-stage features of labeled pairs, by models that had not learned from them."""
    parts, positions = [], []
    for fold, model in enumerate(first_stage[: labeled.fold_count]):
        unseen = np.flatnonzero(labeled.fold == fold)
        second_stage = SecondStage.of(comparison, [model])
        left, right = labeled.left[unseen], labeled.right[unseen]
        part = first.take(unseen)
        parts.append(second_stage(part, left, right, second_stage.first_score(part)))
        positions.append(unseen)
    values = np.concatenate([part.values for part in parts])
    return FeatureTable(parts[0].features, values[np.argsort(np.concatenate(positions))])


def _out_of_fold(
    models: tuple[PairModel, ...], features: FeatureTable, labeled: LabeledPairs
) -> Floats:
    """Log odds of each labeled pair by the model that had not learned from it."""
    odds = np.empty(len(features), dtype=np.float32)
    for fold, model in enumerate(models[: labeled.fold_count]):
        unseen = np.flatnonzero(labeled.fold == fold)
        part = features.take(unseen)
        odds[unseen] = model.log_odds(part.values, start_scores(part))
    return odds
