"""One-dimensional logistic regression that leans on a prior when labels are few."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, logit
from threadpoolctl import ThreadpoolController

from glueml_core.matching.arrays import Floats, Mask

__all__ = ["LogisticCurve", "bounded_logit"]

_EDGE = 1e-6
# Two parameters are too few to share out: on a busy machine threads of LAPACK's wait for each other
# for most of a small matcher's training.
_THREADS = ThreadpoolController()


def bounded_logit(probability: Floats) -> Floats:
    """Log odds, finite even for 0 and 1."""
    return np.asarray(logit(np.clip(probability, _EDGE, 1 - _EDGE, dtype=np.float64)), np.float32)


@dataclass(frozen=True)
class LogisticCurve:
    """
    Probability as a rising logistic function of one number.

    Args:
        slope: Log odds for each unit; never negative.
        intercept: Log odds at 0.
    """

    slope: float
    intercept: float

    def log_odds(self, x: Floats) -> Floats:
        """Log odds at each x."""
        return (self.slope * x + self.intercept).astype(np.float32)

    def __call__(self, x: Floats) -> Floats:
        """Probability at each x, in [0, 1]."""
        return np.asarray(expit(self.log_odds(x)), np.float32)

    def toward(self, other: LogisticCurve, share: float) -> LogisticCurve:
        """The curve whose log odds lie by this share nearer to another's."""
        return LogisticCurve(
            (1 - share) * self.slope + share * other.slope,
            (1 - share) * self.intercept + share * other.intercept,
        )

    @classmethod
    def fit(
        cls, x: Floats, is_match: Mask, prior: LogisticCurve, prior_weight: float
    ) -> LogisticCurve:
        """
        The most probable curve under a normal prior around another one.

        Args:
            x: Shape (n_pairs,).
            is_match: Truth of each pair.
            prior: Center of the prior.
            prior_weight: Its weight: how many pairs of evidence it stands for.
        """
        truth, center = is_match.astype(np.float64), np.array([prior.slope, prior.intercept])

        def loss(parameters: np.ndarray) -> tuple[float, np.ndarray]:
            odds = parameters[0] * x + parameters[1]
            gap = (parameters - center) / np.maximum(np.abs(center), 1)
            error = expit(odds) - truth
            value = (np.logaddexp(0, odds) - truth * odds).sum() + prior_weight / 2 * (gap**2).sum()
            slope = np.array([(error * x).sum(), error.sum()])
            return float(value), slope + prior_weight * gap / np.maximum(np.abs(center), 1)

        with _THREADS.limit(limits=1, user_api="blas"):
            found = minimize(
                loss, center, jac=True, method="L-BFGS-B", bounds=[(0, None), (None, None)]
            )
        return cls(float(found.x[0]), float(found.x[1]))
