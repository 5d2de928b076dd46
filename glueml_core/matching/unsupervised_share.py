"""How much a matcher leans on the unsupervised score when its labels taught it little."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from glueml_core.matching.arrays import Floats, Mask

__all__ = ["MOST_SHARE", "ShareBid", "bid_unsupervised_share", "unsettled_share"]

# Finer steps than a twentieth are beyond what labels can tell; and the step at 0 is exact, so that
# who has learned enough owes the unsupervised score nothing.
_STEPS = 20
# From measurements: however little labels taught, likeness finds more with some of it than alone.
# With less of it than these steps leave, it hardly finds more.
_MOST_STEPS = 17
MOST_SHARE = _MOST_STEPS / _STEPS
# Of a few labels' surprise, so much is chance: two shares that differ by no more are equally good.
_HARDLY_MORE = 1.1


@dataclass(frozen=True)
class ShareBid:
    """
    What pairs have to say of a share, from 0 to 1.

    Args:
        likeliest: Under it, labels are most likely; of equally good shares the lowest.
        highest: The highest that they hardly speak against.

    Neither is more than `MOST_SHARE`, or than the lowest above that labels hardly speak against.
    """

    likeliest: float = 0.0
    highest: float = 0.0


def bid_unsupervised_share(learned: Floats, unsupervised: Floats, is_match: Mask) -> ShareBid:
    """
    The share of the unsupervised log odds that labeled pairs speak for.

    A few labels can teach less than the unsupervised score knew before them. Labels that a model
    has not learned from tell which of the two to believe, and how far.

    Args:
        learned: Log odds of labeled pairs, by models that had not learned from them.
        unsupervised: Log odds of the same pairs, as nobody's labels have touched them.
        is_match: Truth of each pair.

    Source:
        Wolpert (1992), "Stacked Generalization".
    """
    shares = np.linspace(0, 1, _STEPS + 1)
    odds = learned + shares[:, None] * (unsupervised - learned).astype(np.float64)
    surprise = np.logaddexp(0, np.where(is_match, -odds, odds)).sum(axis=1)
    as_good = np.flatnonzero(surprise <= _HARDLY_MORE * surprise.min())
    most = as_good[as_good >= _MOST_STEPS].min(initial=_STEPS)
    likeliest, highest = (min(step, most) for step in (surprise.argmin(), as_good.max()))
    return ShareBid(float(likeliest / _STEPS), float(highest / _STEPS))


def unsettled_share(unsupervised_share: float) -> float:
    """
    How far what labels say of a model's odds as a whole is left out, from 0 to 1.

    Where all of the odds are the unsupervised score's, its own clusters are to stand: labels that
    taught nothing must not move where it cuts. By the square, because half a learned model is
    as good a one to measure as any.
    """
    return unsupervised_share**2
