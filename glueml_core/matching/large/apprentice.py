"""A small, quick model that learned from the matcher how it judges the pairs of one table."""

from __future__ import annotations

from dataclasses import dataclass

import lightgbm as lgb
import numpy as np
from scipy.special import expit, logit

from glueml_core.matching.arrays import Floats, Mask

__all__ = ["Apprentice"]

_ROUNDS = 40
_PARAMETERS = {
    # Takes probabilities for labels.
    "objective": "cross_entropy",
    "learning_rate": 0.25,
    "num_leaves": 12,
    "min_data_in_leaf": 10,
    "lambda_l2": 1.0,
    "feature_fraction": 0.7,
    "max_bin": 63,
    "seed": 0,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbosity": -1,
}
# Share of all pairs that may end up on the other side of even odds than the matcher has them.
_TOLERATED = 0.015
# Distances from even odds, in nats, within which the matcher itself is asked.
_DOUBTS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0)
_MIN_PAIRS = 500


@dataclass(frozen=True)
class Apprentice:
    """
    Match probabilities at a glance, and where they must not be relied on.

    Args:
        trees: LightGBM's model; None if there was too little to learn from.
        doubt: Log odds, either way, within which the matcher must be asked.
        is_wary: Whether the matcher asks more where large groups merge than a glance tells.
    """

    trees: lgb.Booster | None
    doubt: float
    is_wary: bool = False

    @classmethod
    def of(cls, values: Floats, probability: Floats, half: Mask) -> Apprentice:
        """
        Learn from pairs that the matcher has scored.

        Args:
            values: As `likeness` gives them, shape (n_pairs, n_features).
            probability: What the matcher says, shape (n_pairs,).
            half: Which pairs belong to one half of the groups; how far the apprentice can be
                relied on shows when each half is judged by what the other taught.
        """
        if min(half.sum(), (~half).sum()) < _MIN_PAIRS:
            return cls(None, np.inf)
        held_out = np.empty(len(probability), dtype=np.float32)
        for taught in (half, ~half):
            held_out[~taught] = _learn(values[taught], probability[taught]).predict(values[~taught])
        return cls(_learn(values, probability), _doubt(held_out, probability))

    def __call__(self, values: Floats) -> Floats:
        """Match probability of each pair, in [0, 1]."""
        if self.trees is None or not len(values):
            return np.full(len(values), 0.5, dtype=np.float32)
        return np.asarray(self.trees.predict(values, num_threads=1), dtype=np.float32)

    def doubts(self, probability: Floats) -> Mask:
        """Which of its own judgements the matcher has to make in its place."""
        low, high = expit(-self.doubt), expit(self.doubt)
        return np.asarray((probability >= low) & (probability <= high))


def _learn(values: Floats, probability: Floats) -> lgb.Booster:
    parameters = {"verbosity": -1, "max_bin": _PARAMETERS["max_bin"]}
    data = lgb.Dataset(values, label=probability, params=parameters)
    return lgb.train(_PARAMETERS, data, num_boost_round=_ROUNDS)


def _doubt(held_out: Floats, probability: Floats) -> float:
    """The least distance from even odds beyond which hardly any pair is misjudged."""
    wrong = (held_out >= 0.5) != (probability >= 0.5)
    distance = np.abs(logit(np.clip(held_out, 1e-6, 1 - 1e-6)))
    for doubt in _DOUBTS:
        if (wrong & (distance > doubt)).mean() <= _TOLERATED:
            return doubt
    return np.inf
