"""LightGBM on record pairs."""

from __future__ import annotations

import numpy as np

from glueml_core.matching.arrays import Floats, Mask
from glueml_core.matching.features import Feature
from glueml_core.matching.pair_model import PairModel, train_pair_model


def test_few_matches_are_not_drowned_by_many_differences():
    # Likeness tells nothing here: one pair in ten is a match, whatever it is.
    alike = np.random.default_rng(0).random(400).astype(np.float32)
    one_in_ten = np.arange(400) % 10 == 0

    odds = _log_odds(_taught(alike, one_in_ten), alike)

    # One to nine without weights, even if nothing were taken back: nearer to even than half way.
    assert np.log(1 / 9) / 2 < odds.mean() < 0


def test_where_a_match_begins_is_not_moved_far_by_how_many_differences_were_labeled():
    chance = np.random.default_rng(0)
    matches, differences = chance.normal(0.65, 0.15, 60), chance.normal(0.35, 0.15, 1200)

    few = _least_alike_match(matches, differences[:60])
    many = _least_alike_match(matches, differences)

    assert abs(few - many) < 0.1


def _least_alike_match(matches: Floats, differences: Floats) -> float:
    """The lowest likeness at which a pair is more likely a match than not."""
    alike = np.concatenate([matches, differences]).astype(np.float32)
    model = _taught(alike, np.arange(len(alike)) < len(matches))
    asked = np.linspace(0, 1, 41, dtype=np.float32)
    return float(asked[_log_odds(model, asked) > 0].min())


def _taught(alike: Floats, is_match: Mask) -> PairModel:
    start = np.full(len(alike), 0.5, np.float32)
    return train_pair_model([Feature("likeness")], alike[:, None], start, is_match, seed=1)


def _log_odds(model: PairModel, alike: Floats) -> Floats:
    return model.log_odds(alike[:, None], np.full(len(alike), 0.5, np.float32))
