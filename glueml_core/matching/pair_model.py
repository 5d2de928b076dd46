"""LightGBM on record pairs, started from the unsupervised score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import lightgbm as lgb
import numpy as np
from scipy.special import expit

from glueml_core.matching.arrays import Floats, Mask
from glueml_core.matching.features import Feature, FeatureTable
from glueml_core.matching.logistic import LogisticCurve

__all__ = ["PairModel", "start_scores", "train_pair_model", "unsupervised_log_odds"]

_ROUNDS = 120
_PARAMETERS = {
    "objective": "binary",
    "boost_from_average": False,
    "learning_rate": 0.06,
    "num_leaves": 8,
    "min_data_in_leaf": 5,
    "min_sum_hessian_in_leaf": 1e-3,
    "lambda_l2": 2.0,
    "feature_fraction": 0.4,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "max_bin": 63,
    "deterministic": True,
    # The same trees as by rows, a third faster on so few pairs.
    "force_col_wise": True,
    # A second thread waits more than it works on so few pairs: cores learn a model each instead.
    "num_threads": 1,
    "verbosity": -1,
}
# What the unsupervised score means when nothing is known: even odds at 0.6.
_PRIOR = LogisticCurve(slope=12.0, intercept=-7.2)
_PRIOR_WEIGHT = 4.0
# From so many differences a match on, matches are weighted up. Of what that adds to the odds as a
# whole a part is taken back: with none of it few labels find too much, with half little is gained.
_RARE_FROM = 3.0
_TAKEN_BACK = 0.25


@dataclass(frozen=True)
class PairModel:
    """
    Log odds of a match: a curve over the unsupervised score, corrected by trees.

    Args:
        start: The curve; all there is while labels of one kind are missing.
        trees: LightGBM's model, or None.
    """

    start: LogisticCurve
    trees: lgb.Booster | None

    def log_odds(self, values: Floats, start_score: Floats) -> Floats:
        """Log odds of each pair from its features, shape (n_pairs, n_features), and its score."""
        odds = self.start.log_odds(start_score)
        if self.trees is None or not len(values):
            return odds
        return odds + np.asarray(
            self.trees.predict(values, raw_score=True, num_threads=2), dtype=np.float32
        )

    def leaning(self, share: float) -> PairModel:
        """Itself with a share of its log odds replaced by the unsupervised score's own."""
        if share == 0:
            return self
        trees = None if self.trees is None else _scaled(self.trees, 1 - share)
        return PairModel(self.start.toward(_PRIOR, share), trees)

    def __call__(self, values: Floats, start_score: Floats) -> Floats:
        """Match probability of each pair, not yet calibrated."""
        return np.asarray(expit(self.log_odds(values, start_score)), np.float32)


def start_scores(features: FeatureTable) -> Floats:
    """The score that models start from."""
    return features["unsupervised: score"]


def unsupervised_log_odds(start_score: Floats) -> Floats:
    """Log odds of each pair while no label says otherwise."""
    return _PRIOR.log_odds(start_score)


def train_pair_model(
    features: Sequence[Feature], values: Floats, start_score: Floats, is_match: Mask, seed: int
) -> PairModel:
    """
    Train on labeled pairs in an order that is always the same.

    Where few of them match, matches weigh as much in all as differences do, so that trees look for
    what tells a match. Weights raise the odds as a whole; a part of that is taken back by where
    boosting starts, the rest is calibration's to judge.

    Args:
        features: What each column of `values` measures, and which way it may count.
        values: Shape (n_pairs, n_features).
        start_score: The score that boosting starts from, in [0, 1].
        is_match: Truth of each pair.
        seed: LightGBM's.
    """
    start = LogisticCurve.fit(start_score, is_match, _PRIOR, _PRIOR_WEIGHT)
    if is_match.all() or not is_match.any():
        return PairModel(start, None)

    match_weight = _match_weight(is_match)
    data = lgb.Dataset(
        values,
        label=is_match.astype(np.float32),
        weight=np.where(is_match, match_weight, 1.0),
        init_score=start.log_odds(start_score) + np.float32(_TAKEN_BACK * np.log(match_weight)),
        feature_name=[f"f{i}" for i in range(len(features))],
        params={"verbosity": -1, "max_bin": _PARAMETERS["max_bin"], "feature_pre_filter": False},
    )
    constraints = [feature.direction for feature in features]
    parameters = {**_PARAMETERS, "seed": seed, "monotone_constraints": constraints}
    return PairModel(start, lgb.train(parameters, data, num_boost_round=_ROUNDS))


def _match_weight(is_match: Mask) -> float:
    """What a match weighs where a difference weighs 1."""
    differences_per_match = float(np.mean(~is_match) / np.mean(is_match))
    return differences_per_match if differences_per_match >= _RARE_FROM else 1.0


def _scaled(trees: lgb.Booster, factor: float) -> lgb.Booster | None:
    """The same trees with all they add to the log odds multiplied; none if nothing is left."""
    if factor == 0:
        return None
    scaled = lgb.Booster(model_str=trees.model_to_string())
    for number, tree in enumerate(scaled.dump_model()["tree_info"]):
        for leaf in range(tree["num_leaves"]):
            value = scaled.get_leaf_output(number, leaf)
            scaled.set_leaf_output(number, leaf, value * factor)
    return scaled
