"""What an evaluation says about a transform."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Self

from glueml_core.matching.labeling_advice import Churn, LabelingAdvice
from glueml_core.matching.metrics import Confusion
from glueml_core.matching.shares import Estimate

__all__ = [
    "ClusterEstimate",
    "CurvePoint",
    "Evaluation",
    "Interval",
    "LabelCounts",
    "ScoreHistogram",
]

Interval = tuple[float, float]


@dataclass(frozen=True)
class ClusterEstimate:
    """
    Pairwise precision, recall and F1 to expect of the clusters, over all pairs of all records.

    Unlike the metrics on labeled pairs it counts what blocking lost and what clustering did.
    """

    precision: Estimate
    recall: Estimate
    f1: Estimate


@dataclass(frozen=True)
class CurvePoint:
    """What one threshold gives on labeled pairs."""

    threshold: float
    precision: float
    recall: float


@dataclass(frozen=True)
class ScoreHistogram:
    """Labeled pairs by match probability, in bins of equal width from 0 to 1."""

    matches: tuple[int, ...]
    non_matches: tuple[int, ...]


@dataclass(frozen=True)
class LabelCounts:
    """How much labeling an evaluation stands on."""

    records: int
    labeling_sets: int
    matches: int
    non_matches: int


@dataclass(frozen=True)
class Evaluation:
    """
    How good a transform is, measured on labels that the measured model had not seen.

    `precision` and `recall` are those of `confusion` at `threshold`; None where their
    denominator is 0. `f1` is the highest on the curve, so it is never below theirs.
    `column_importances` fall and sum to 1. `intervals` holds the 95 % interval of each metric by
    name. `pr_curve` runs from the highest threshold to the lowest. `churn` is what the latest third
    of the labeling sets changed in the clusters.
    """

    area_under_pr_curve: float
    precision: float | None
    recall: float | None
    f1: float
    threshold: float
    confusion: Confusion
    column_importances: tuple[tuple[str, float], ...]
    blocking_recall: Estimate
    clusters: ClusterEstimate
    intervals: dict[str, Interval]
    pr_curve: tuple[CurvePoint, ...]
    score_histogram: ScoreHistogram
    labels: LabelCounts
    churn: Churn
    advice: LabelingAdvice

    def to_dict(self) -> dict[str, Any]:
        """The same as plain values that JSON can hold."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """What `to_dict` gave, also after a journey through JSON."""
        clusters = {name: Estimate(**share) for name, share in values["clusters"].items()}
        histogram = {kind: tuple(counts) for kind, counts in values["score_histogram"].items()}
        return cls(
            **{
                **values,
                "confusion": Confusion(**values["confusion"]),
                "column_importances": tuple((n, s) for n, s in values["column_importances"]),
                "blocking_recall": Estimate(**values["blocking_recall"]),
                "clusters": ClusterEstimate(**clusters),
                "intervals": {
                    name: (low, high) for name, (low, high) in values["intervals"].items()
                },
                "pr_curve": tuple(CurvePoint(**point) for point in values["pr_curve"]),
                "score_histogram": ScoreHistogram(**histogram),
                "labels": LabelCounts(**values["labels"]),
                "churn": Churn(**values["churn"]),
                "advice": LabelingAdvice(**values["advice"]),
            }
        )
