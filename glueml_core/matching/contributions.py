"""What each feature adds to the log odds of a pair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from glueml_core.matching.arrays import Floats
    from glueml_core.matching.features import FeatureTable
    from glueml_core.matching.matcher import Matcher
    from glueml_core.matching.pair_model import PairModel

__all__ = ["FeatureContributions"]

_START, _FIRST_MODEL = "unsupervised: score", "first model: score"


@dataclass(frozen=True)
class FeatureContributions:
    """
    Splits a matcher's log odds among the features that it saw.

    What the second stage owes to the first stage's score is handed on to the features that the
    first stage went by, for nobody can see a score.

    Args:
        matcher: Whose log odds are split.

    Source:
        LightGBM's `pred_contrib`: Lundberg et al. (2018), "Consistent individualized feature
        attribution for tree ensembles".
    """

    matcher: Matcher

    def __call__(self, features: FeatureTable) -> Floats:
        """
        Contributions of the second stage's features.

        Args:
            features: As `Scoring.features` gives them, shape (n_pairs, n_features).

        Returns:
            Log odds, calibrated, shape (n_pairs, n_features); a constant part is left out.
        """
        labels = [feature.label for feature in features.features]
        start, score = labels.index(_START), labels.index(_FIRST_MODEL)
        second = _mean_contributions(self.matcher.second_stage, features.values, start)
        # The first stage saw what stands before its own score.
        seen = features.values[:, :score]
        first = _mean_contributions(self.matcher.first_stage, seen, start)

        total = np.abs(first).sum(axis=1, keepdims=True)
        handed_on = first / np.maximum(total, 1e-9) * np.abs(second[:, score : score + 1])
        second[:, :score] += handed_on
        second[:, score] = 0
        return np.asarray(second * self.matcher.calibration.slope)


def _mean_contributions(models: Sequence[PairModel], values: Floats, start: int) -> Floats:
    """Mean over models, shape (n_pairs, n_features); the curve's part is the start score's."""
    parts = []
    for model in models:
        part = np.zeros(values.shape)
        if model.trees is not None:
            part += np.asarray(model.trees.predict(values, pred_contrib=True))[:, :-1]
        part[:, start] += model.start.log_odds(values[:, start])
        parts.append(part)
    return np.asarray(np.mean(parts, axis=0))
