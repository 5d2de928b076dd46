"""Match probabilities of a table's pairs: two stages, and when the first is enough."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from glueml_core.matching import MatchingOptions
from glueml_core.matching.comparison import compare
from glueml_core.matching.components import LOWEST_LEVEL
from glueml_core.matching.scoring import Scoring


@pytest.fixture(scope="module")
def scoring(records, matcher) -> Scoring:
    return Scoring(matcher, compare(records, MatchingOptions(), matcher.columns))


def seen_twice(scoring: Scoring) -> np.ndarray:
    """What the second stage says of every candidate pair."""
    pairs = scoring.comparison.candidates
    return scoring.of_features(scoring.features(pairs.left, pairs.right), pairs.left == pairs.right)


def test_the_second_stage_decides_whatever_may_connect_records(scoring):
    probability = scoring.candidates
    connects = probability >= LOWEST_LEVEL

    np.testing.assert_allclose(probability[connects], seen_twice(scoring)[connects], atol=1e-6)
    assert 0 < connects.mean() < 0.5


def test_what_the_first_stage_rules_out_the_second_would_not_have_joined(scoring, matcher):
    ruled_out = scoring.candidates < LOWEST_LEVEL

    assert seen_twice(scoring)[ruled_out].max() < matcher.threshold(0.0)


def test_a_matcher_that_leans_on_likeness_looks_at_every_pair_twice(scoring, matcher):
    leaning = replace(
        matcher,
        second_stage=tuple(model.leaning(0.75) for model in matcher.second_stage),
        unsupervised_share=0.75,
    )
    leaning_scoring = Scoring(leaning, scoring.comparison)

    np.testing.assert_allclose(leaning_scoring.candidates, seen_twice(leaning_scoring), atol=1e-6)


def test_a_pair_has_one_probability_however_it_is_asked_for(scoring):
    pairs = scoring.comparison.candidates
    some = np.arange(0, len(pairs), 7)

    np.testing.assert_allclose(scoring.some_candidates(some), scoring.candidates[some], atol=1e-6)
    np.testing.assert_allclose(
        scoring(pairs.left[some], pairs.right[some]), scoring.candidates[some], atol=1e-6
    )
