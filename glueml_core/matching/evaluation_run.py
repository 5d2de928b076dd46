"""Measuring what labels taught, on labels that were held back."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self

import numpy as np

from glueml_core.matching.evaluation import (
    ClusterEstimate,
    CurvePoint,
    Evaluation,
    Interval,
    LabelCounts,
    ScoreHistogram,
)
from glueml_core.matching.evaluation_clusters import (
    ClusteredPairs,
    KnownPairs,
    LabeledSample,
    estimate_clusters,
)
from glueml_core.matching.evaluation_intervals import resampled_metrics, resampled_recall
from glueml_core.matching.held_out_clusters import held_out_together
from glueml_core.matching.importances import column_importances
from glueml_core.matching.labeling_advice import Churn, churn_between, labeling_advice
from glueml_core.matching.labels import (
    LabeledPairs,
    TooFewLabelsError,
    check_labels,
    labeled_pairs,
    sets_with_kind,
)
from glueml_core.matching.metrics import confusion_at, precision_recall_curve
from glueml_core.matching.options import silent
from glueml_core.matching.scoring import Scoring
from glueml_core.matching.shares import Estimate
from glueml_core.matching.table_clusters import TableClusters
from glueml_core.matching.teaching import compare_to_teach
from glueml_core.matching.training import train_on

if TYPE_CHECKING:
    from collections.abc import Callable

    from pandera.typing import DataFrame

    from glueml_core.matching.arrays import Floats, Mask, Positions
    from glueml_core.matching.comparison import Comparison
    from glueml_core.matching.matcher import Matcher
    from glueml_core.matching.metrics import PrecisionRecallCurve
    from glueml_core.matching.options import MatchingOptions, Progress
    from glueml_core.schemas import Labels, Records

__all__ = ["evaluate_matcher"]

_CURVE_POINTS = 100
_HISTOGRAM_BINS = 20
_LATEST_SHARE = 1 / 3
_MIN_SETS = 2


def evaluate_matcher(
    records: DataFrame[Records],
    labels: DataFrame[Labels],
    options: MatchingOptions,
    progress: Progress = silent,
) -> Evaluation:
    """
    How good a matcher is that learned from these labels.

    Each labeled pair is judged by a model that saw nothing of its labeling set. The clusters are
    judged as a whole, with what blocking lost and clustering did.

    Args:
        records: All records; their order changes nothing.
        labels: In the order in which they were given.
        options: Its precision-recall tradeoff chooses the threshold.
        progress: Told how far the work is.

    Raises:
        TooFewLabelsError: Matches, or differences, stand in fewer than two labeling sets, so that
            they cannot be held back and learned from.
    """
    _check_can_be_held_back(labels)
    progress(0.0, "Comparing records")
    comparison = compare_to_teach(records, labels, options)
    labeled = labeled_pairs(labels, comparison.table)
    progress(0.3, "Learning from parts of the labels")
    taught = _Taught.by(labeled, comparison, options)
    progress(0.5, "Judging the clusters")
    judged = _judge_clusters(
        taught, options.seed, lambda share: progress(0.6 + 0.2 * share, "Judging the clusters")
    )
    progress(0.8, "Comparing with earlier labels")
    churn = _churn(taught, labels, options)
    progress(1.0, "Evaluated")
    in_parts = not options.takes_whole(len(records))
    return _evaluation(taught, judged, churn, labels, options.seed, in_parts=in_parts)


@dataclass(frozen=True)
class _Taught:
    """A table, what was labeled of it, what that taught, and where it is cut."""

    comparison: Comparison
    labeled: LabeledPairs
    matcher: Matcher
    threshold: float

    @classmethod
    def by(cls, labeled: LabeledPairs, comparison: Comparison, options: MatchingOptions) -> Self:
        matcher = train_on(comparison, labeled, options)
        threshold = matcher.threshold(options.precision_recall_tradeoff)
        return cls(comparison, labeled, matcher, threshold)

    @cached_property
    def clusters(self) -> TableClusters:
        """As a user gets them, but for enforced labels."""
        scoring = Scoring(self.matcher, self.comparison)
        return TableClusters(self.comparison, scoring, self.threshold)

    @cached_property
    def is_candidate(self) -> Mask:
        """Whether blocking found each labeled pair."""
        return self.clusters.is_candidate(self.labeled.left, self.labeled.right)


def _evaluation(
    taught: _Taught,
    judged: ClusterEstimate,
    churn: Churn,
    labels: DataFrame[Labels],
    seed: int,
    *,
    in_parts: bool,
) -> Evaluation:
    held_out = taught.matcher.held_out
    prob = held_out.probability.astype(np.float64)
    curve = precision_recall_curve(prob, held_out.is_match)
    confusion = confusion_at(prob, held_out.is_match, taught.threshold)
    likely = resampled_metrics(
        prob, held_out.is_match, held_out.labeling_set, taught.threshold, seed
    )
    found_by_blocking = _blocking_recall(taught, seed)
    points = {
        "area_under_pr_curve": curve.area,
        "precision": confusion.precision,
        "recall": confusion.recall,
        "f1": curve.max_f1,
    }
    return Evaluation(
        area_under_pr_curve=curve.area,
        precision=confusion.precision,
        recall=confusion.recall,
        f1=curve.max_f1,
        threshold=taught.threshold,
        confusion=confusion,
        column_importances=column_importances(taught.matcher),
        blocking_recall=found_by_blocking,
        clusters=judged,
        intervals={
            name: _ends(Estimate.around(value, likely[name]))
            for name, value in points.items()
            if value is not None
        },
        pr_curve=_curve_points(curve),
        score_histogram=_histogram(prob, held_out.is_match),
        labels=LabelCounts(
            records=len(labels),
            labeling_sets=labels["labeling_set_id"].nunique(),
            matches=int(held_out.is_match.sum()),
            non_matches=int((~held_out.is_match).sum()),
        ),
        churn=churn,
        advice=labeling_advice(churn, judged.f1, found_by_blocking if in_parts else None),
    )


def _ends(estimate: Estimate) -> Interval:
    return estimate.low, estimate.high


def _check_can_be_held_back(labels: DataFrame[Labels]) -> None:
    check_labels(labels)
    for kind, sets in sets_with_kind(labels).items():
        if sets < _MIN_SETS:
            raise TooFewLabelsError(
                f"Only one labeling set holds a {kind}, so none can be held back to measure with. "
                "Label another set in which some records match and some do not."
            )


def _judge_clusters(
    taught: _Taught, seed: int, progress: Callable[[float], None]
) -> ClusterEstimate:
    labeled, clusters = taught.labeled, taught.clusters
    together = clusters.together(labeled.left, labeled.right)
    scored = taught.is_candidate | together
    found = resampled_recall(scored[labeled.is_match], _matched_sets(labeled), seed)
    likely = estimate_clusters(
        clusters.pairs_beside(labeled),
        KnownPairs.of(labeled.is_match[scored], together[scored]),
        _sample(taught, progress),
        found,
        seed,
    )
    return ClusterEstimate(**{name: Estimate.of(values) for name, values in likely.items()})


def _sample(taught: _Taught, progress: Callable[[float], None]) -> LabeledSample:
    labeled = taught.labeled
    together = held_out_together(
        taught.comparison, labeled, taught.matcher, taught.threshold, progress
    )
    pairs = ClusteredPairs(
        prob=taught.matcher.held_out.probability.astype(np.float64),
        together=together,
        count=np.ones(len(labeled)),
    )
    return LabeledSample(pairs, labeled.is_match, labeled.labeling_set)


def _blocking_recall(taught: _Taught, seed: int) -> Estimate:
    """Share of labeled matches that blocking found."""
    found = taught.is_candidate[taught.labeled.is_match]
    likely = resampled_recall(found, _matched_sets(taught.labeled), seed)
    return Estimate.around(float(found.mean()), likely)


def _matched_sets(labeled: LabeledPairs) -> Positions:
    return np.unique(labeled.labeling_set[labeled.is_match], return_inverse=True)[1]


def _churn(taught: _Taught, labels: DataFrame[Labels], options: MatchingOptions) -> Churn:
    """What the latest labeling sets changed."""
    table, sets = taught.comparison.table, labels["labeling_set_id"].drop_duplicates()
    earlier = sets.head(len(sets) - round(len(sets) * _LATEST_SHARE))
    known = labels[labels["labeling_set_id"].isin(earlier)]
    try:
        check_labels(known)
    except TooFewLabelsError:
        return Churn(changed_records=1.0, agreement=0.0)
    before = _Taught.by(labeled_pairs(known, table), taught.comparison, options)
    row_of = table.row_of
    return churn_between(before.clusters.cluster[row_of], taught.clusters.cluster[row_of])


def _curve_points(curve: PrecisionRecallCurve) -> tuple[CurvePoint, ...]:
    last = len(curve.threshold) - 1
    shown = np.unique(np.linspace(0, last, min(last + 1, _CURVE_POINTS)).astype(int))
    points = zip(
        curve.threshold[shown].tolist(),
        curve.precision[shown].tolist(),
        curve.recall[shown].tolist(),
        strict=True,
    )
    return tuple(CurvePoint(*point) for point in points)


def _histogram(prob: Floats, is_match: Mask) -> ScoreHistogram:
    bins = np.minimum((prob * _HISTOGRAM_BINS).astype(int), _HISTOGRAM_BINS - 1)
    matches = np.bincount(bins[is_match], minlength=_HISTOGRAM_BINS)
    non_matches = np.bincount(bins[~is_match], minlength=_HISTOGRAM_BINS)
    return ScoreHistogram(tuple(matches.tolist()), tuple(non_matches.tolist()))
