"""The precision and recall of clusters over all records, estimated from few labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from glueml_core.matching.evaluation_intervals import resampled_weights
from glueml_core.matching.metrics import f1_score

if TYPE_CHECKING:
    from glueml_core.matching.arrays import Floats, Mask, Positions


__all__ = ["ClusteredPairs", "KnownPairs", "LabeledSample", "estimate_clusters"]

# Finer where the pairs are many: the sure ones, whose small share of errors is of many pairs.
_PROBABILITY_BOUNDS = np.array([0.002, 0.01, 0.05, 0.15, 0.3, 0.5, 0.7, 0.85, 0.95, 0.99])
_STRATUM_COUNT = 2 * (len(_PROBABILITY_BOUNDS) + 1)
# How far the model may be off, as the standard deviation of its log odds; on each side of the cut.
_MODEL_DOUBT = 1.5
# How much harder labeled pairs may be than others of their stratum, in log odds of an error:
# doubtful ones were sought, so if they differ, they err more often.
_SOUGHT_HARDNESS = 0.8
# Of less, no number of lost pairs could be told.
_LEAST_RECALL = 1e-3


@dataclass(frozen=True)
class ClusteredPairs:
    """
    Pairs as the transform sees them.

    Args:
        prob: Match probability in [0, 1], shape (n_pairs,).
        together: Whether the pair ended in one cluster, shape (n_pairs,).
        count: How many pairs of records each stands for, shape (n_pairs,).
    """

    prob: Floats
    together: Mask
    count: Floats

    @property
    def stratum(self) -> Positions:
        """Pairs alike in probability and in being together, from 0, shape (n_pairs,)."""
        return np.searchsorted(_PROBABILITY_BOUNDS, self.prob, "right") * 2 + self.together


@dataclass(frozen=True)
class LabeledSample:
    """
    Labeled pairs as a transform sees them that has not learned from them.

    Args:
        pairs: The pairs, each standing for one.
        is_match: What the labels say, shape (n_pairs,).
        set_codes: The labeling set of each pair, from 0, shape (n_pairs,).
    """

    pairs: ClusteredPairs
    is_match: Mask
    set_codes: Positions


@dataclass(frozen=True)
class KnownPairs:
    """
    How many labeled pairs there are among those that were scored or put together.

    Args:
        matches: Those that match.
        found: Those in one cluster.
        hits: Those that match and are in one cluster.
    """

    matches: int
    found: int
    hits: int

    @classmethod
    def of(cls, is_match: Mask, together: Mask) -> KnownPairs:
        """Count."""
        return cls(int(is_match.sum()), int(together.sum()), int((is_match & together).sum()))


def estimate_clusters(
    unknown: ClusteredPairs,
    known: KnownPairs,
    sample: LabeledSample,
    blocking_recall: Floats,
    seed: int,
) -> dict[str, Floats]:
    """
    Likely values of the pairwise `precision`, `recall` and `f1` of the clusters, shape (REPEATS,).

    Labels are sought where they teach most, so their pairs are no fair sample of all pairs. Given
    the probability and whether a pair is together, they nearly are: each stratum gets its share
    of matches from its labeled pairs, begun from what the model says, and weighs by its size.
    Errors may still be rarer than among labeled pairs, for those were picked for being doubtful.
    Pairs are whole: where few errors are to be expected there may be none.

    Args:
        unknown: All pairs that were scored or put together, but for labeled ones.
        known: What labels say of the others.
        sample: Held-out labeled pairs.
        blocking_recall: Likely shares of the true pairs among those scored, shape (REPEATS,).
        seed: The same seed gives the same values.

    Source:
        Post-stratification, as in Marchant and Rubinstein (2017), "In search of an entity
        resolution OASIS", with a Bayesian bootstrap over labeling sets.
    """
    chance = np.random.default_rng(seed)
    size = _sums(unknown.stratum, unknown.count)
    expected = _sums(unknown.stratum, unknown.count * unknown.prob) / np.maximum(size, 1)
    together = np.arange(_STRATUM_COUNT) % 2 == 1
    stratum = sample.pairs.stratum
    weight_of_model = _pairs_in_a_set(stratum, sample.set_codes)

    counts = []
    for weight in resampled_weights(sample.set_codes, seed):
        # Too sure of matches, it need not be too sure of differences.
        apart_off, together_off = chance.normal(scale=_MODEL_DOUBT, size=2)
        off = np.where(together, together_off, apart_off)
        prior = _shifted(expected, off) * weight_of_model
        matches = prior + _sums(stratum, weight * sample.is_match)
        others = weight_of_model - prior + _sums(stratum, weight * ~sample.is_match)
        share = chance.beta(matches + 1e-9, others + 1e-9)
        easier = abs(chance.normal(scale=_SOUGHT_HARDNESS))
        likely = _shifted(share, np.where(together, easier, -easier))
        true = chance.binomial(size.astype(np.int64), likely)
        counts.append((known.hits + true[together].sum(), known.matches + true.sum()))
    hits, scored = np.array(counts, dtype=np.float64).T
    lost = chance.poisson(scored * (1 / np.maximum(blocking_recall, _LEAST_RECALL) - 1))

    found = known.found + size[together].sum()
    precision = hits / found if found else np.ones(len(hits))
    recall = hits / np.maximum(scored + lost, 1)
    return {"precision": precision, "recall": recall, "f1": f1_score(precision, recall)}


def _pairs_in_a_set(stratum: Positions, set_codes: Positions) -> Floats:
    """
    Pairs of each stratum in a labeling set that has any, 1 where none has.

    So much does what the model says weigh: as one set, whose pairs err together.
    """
    cells = np.unique(stratum * (set_codes.max() + 1) + set_codes) // (set_codes.max() + 1)
    set_count = np.bincount(cells, minlength=_STRATUM_COUNT)
    pair_count = np.bincount(stratum, minlength=_STRATUM_COUNT)
    return np.maximum(pair_count, 1) / np.maximum(set_count, 1)


def _sums(stratum: Positions, weight: Floats) -> Floats:
    return np.bincount(stratum, weight, minlength=_STRATUM_COUNT).astype(np.float64)


def _shifted(share: Floats, log_odds: Floats | float) -> Floats:
    odds = share / np.maximum(1 - share, 1e-9) * np.exp(log_odds)
    return np.asarray(odds / (1 + odds))
