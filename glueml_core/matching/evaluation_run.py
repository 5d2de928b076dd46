"""Measuring what labels taught, on labels that were held back."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    LabeledSample,
    estimate_clusters,
)
from glueml_core.matching.evaluation_intervals import resampled_metrics, resampled_recall
from glueml_core.matching.held_out_clusters import HeldOutClusters
from glueml_core.matching.importances import column_importances
from glueml_core.matching.labeling_advice import Churn, churn_between, labeling_advice
from glueml_core.matching.labels import LabeledPairs, TooFewLabelsError, labeled_pairs
from glueml_core.matching.metrics import confusion_at, precision_recall_curve
from glueml_core.matching.options import silent
from glueml_core.matching.shares import Estimate
from glueml_core.matching.teaching import compare_to_teach
from glueml_core.matching.training import train_on

if TYPE_CHECKING:
    from pandera.typing import DataFrame

    from glueml_core.matching.arrays import Floats, Mask, Positions
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
    progress(0.0, "Comparing records")
    comparison = compare_to_teach(records, labels, options)
    labeled = labeled_pairs(labels, comparison.table).check()
    _check_can_be_held_back(labeled)
    progress(0.3, "Learning from parts of the labels")
    matcher = train_on(comparison, labeled, options)
    threshold = matcher.threshold(options.precision_recall_tradeoff)
    progress(0.6, "Judging the clusters")
    clusters = HeldOutClusters(comparison, labeled, matcher, threshold)
    judged = _judge_clusters(clusters, options.seed)
    progress(0.8, "Comparing with earlier labels")
    churn = _churn(clusters, labels, options)
    progress(1.0, "Evaluated")
    return _evaluation(clusters, judged, churn, labels, options.seed)


def _evaluation(
    clusters: HeldOutClusters,
    judged: ClusterEstimate,
    churn: Churn,
    labels: DataFrame[Labels],
    seed: int,
) -> Evaluation:
    held_out = clusters.matcher.held_out
    prob = held_out.probability.astype(np.float64)
    curve = precision_recall_curve(prob, held_out.is_match)
    confusion = confusion_at(prob, held_out.is_match, clusters.threshold)
    likely = resampled_metrics(
        prob, held_out.is_match, held_out.labeling_set, clusters.threshold, seed
    )
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
        threshold=clusters.threshold,
        confusion=confusion,
        column_importances=column_importances(clusters.matcher),
        blocking_recall=_blocking_recall(clusters, seed),
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
        advice=labeling_advice(churn, judged.f1),
    )


def _ends(estimate: Estimate) -> Interval:
    return estimate.low, estimate.high


def _check_can_be_held_back(labeled: LabeledPairs) -> None:
    kinds = {"match": labeled.is_match, "difference": ~labeled.is_match}
    for kind, pairs in kinds.items():
        if len(np.unique(labeled.labeling_set[pairs])) < _MIN_SETS:
            raise TooFewLabelsError(
                f"Only one labeling set holds a {kind}, so none can be held back to measure with. "
                "Label another set in which some records match and some do not."
            )


def _judge_clusters(clusters: HeldOutClusters, seed: int) -> ClusterEstimate:
    labeled, held_out = clusters.labeled, clusters.matcher.held_out
    pairs = ClusteredPairs(
        prob=held_out.probability.astype(np.float64),
        together=clusters.together(labeled.left, labeled.right),
        count=np.ones(len(labeled)),
    )
    sample = LabeledSample(pairs, labeled.is_match, labeled.labeling_set)
    known = _is_candidate(clusters) | pairs.together
    found = resampled_recall(known[labeled.is_match], _matched_sets(labeled), seed)
    likely = estimate_clusters(clusters.everything, sample, found, seed)
    return ClusterEstimate(**{name: Estimate.of(values) for name, values in likely.items()})


def _blocking_recall(clusters: HeldOutClusters, seed: int) -> Estimate:
    """Share of labeled matches that blocking found."""
    is_match = clusters.labeled.is_match
    found = _is_candidate(clusters)[is_match]
    likely = resampled_recall(found, _matched_sets(clusters.labeled), seed)
    return Estimate.around(float(found.mean()), likely)


def _is_candidate(clusters: HeldOutClusters) -> Mask:
    """Whether blocking found each labeled pair; records that say the same need no finding."""
    labeled, candidates = clusters.labeled, clusters.comparison.candidates
    size = len(clusters.comparison.table)
    keys = labeled.left * size + labeled.right
    is_candidate = np.isin(keys, candidates.left * size + candidates.right)
    return np.asarray(is_candidate | (labeled.left == labeled.right))


def _matched_sets(labeled: LabeledPairs) -> Positions:
    return np.unique(labeled.labeling_set[labeled.is_match], return_inverse=True)[1]


def _churn(clusters: HeldOutClusters, labels: DataFrame[Labels], options: MatchingOptions) -> Churn:
    """What the latest labeling sets changed."""
    comparison, sets = clusters.comparison, labels["labeling_set_id"].drop_duplicates()
    earlier = sets.head(len(sets) - round(len(sets) * _LATEST_SHARE))
    labeled = labeled_pairs(labels[labels["labeling_set_id"].isin(earlier)], comparison.table)
    try:
        matcher = train_on(comparison, labeled.check(), options)
    except TooFewLabelsError:
        return Churn(changed_records=1.0, agreement=0.0)
    threshold = matcher.threshold(options.precision_recall_tradeoff)
    before = HeldOutClusters(comparison, labeled, matcher, threshold)
    row_of = comparison.table.row_of
    return churn_between(before.cluster[row_of], clusters.cluster[row_of])


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
