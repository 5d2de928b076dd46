"""How well match probabilities tell matches from the rest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from glueml_core.matching.arrays import Floats, Mask, Positions


@dataclass(frozen=True)
class Confusion:
    """How many labeled pairs were called right and wrong."""

    true_positives: int
    false_positives: int
    false_negatives: int
    true_negatives: int

    @property
    def precision(self) -> float | None:
        """Of the pairs called a match, the share that is; None where none was called one."""
        return _share(self.true_positives, self.true_positives + self.false_positives)

    @property
    def recall(self) -> float | None:
        """Of the matches, the share that was called one; None where there is none."""
        return _share(self.true_positives, self.true_positives + self.false_negatives)

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall; 0 where nothing was called right."""
        hits = 2 * self.true_positives
        return hits / max(hits + self.false_positives + self.false_negatives, 1)


@dataclass(frozen=True)
class PrecisionRecallCurve:
    """
    What each threshold gives, from the highest to the lowest.

    Args:
        threshold: Distinct match probabilities, falling, shape (n_points,).
        precision: Of the weight at or above the threshold, the share that matches.
        recall: Of the weight that matches, the share at or above the threshold, rising to 1.
    """

    threshold: Floats
    precision: Floats
    recall: Floats

    @property
    def area(self) -> float:
        """Average precision: each gain in recall at the precision it was had for."""
        return float(np.diff(self.recall, prepend=0.0) @ self.precision)

    @property
    def max_f1(self) -> float:
        """The best F1 on the curve, whatever threshold is in use."""
        return float(f1_score(self.precision, self.recall).max())


def f1_score(precision: Floats, recall: Floats) -> Floats:
    """The harmonic mean of the two, shape as theirs; 0 where both are."""
    total = np.asarray(precision + recall, dtype=np.float64)
    return np.divide(2 * precision * recall, total, out=np.zeros_like(total), where=total > 0)


def confusion_at(prob: Floats, is_match: Mask, threshold: float) -> Confusion:
    """Count the pairs at or above a threshold against what their labels say."""
    called = prob >= threshold
    return Confusion(
        true_positives=int((called & is_match).sum()),
        false_positives=int((called & ~is_match).sum()),
        false_negatives=int((~called & is_match).sum()),
        true_negatives=int((~called & ~is_match).sum()),
    )


def precision_recall_curve(
    prob: Floats, is_match: Mask, weight: Floats | None = None
) -> PrecisionRecallCurve:
    """
    The curve through every distinct probability.

    Args:
        prob: Match probability of each labeled pair, in [0, 1], shape (n_pairs,).
        is_match: Whether the pair is a match, shape (n_pairs,).
        weight: How much each pair counts, at least 0, shape (n_pairs,); 1 each if not given.

    Raises:
        ValueError: No pair with a weight is a match.
    """
    weight = np.ones(len(prob)) if weight is None else weight
    counted = weight > 0
    threshold, rank = np.unique(prob[counted], return_inverse=True)
    hits = _at_or_above(rank, weight[counted] * is_match[counted], len(threshold))
    if not len(threshold) or hits[-1] == 0:
        raise ValueError("No labeled pair is a match.")

    called = _at_or_above(rank, weight[counted], len(threshold))
    return PrecisionRecallCurve(threshold[::-1].copy(), hits / called, hits / hits[-1])


def _at_or_above(rank: Positions, weight: Floats, size: int) -> Floats:
    """Weight at each threshold and above, the highest threshold first."""
    return np.cumsum(np.bincount(rank, weight, minlength=size)[::-1])


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
