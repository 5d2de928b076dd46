"""How far a matcher of few labels leans on what was known before them."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from benchmarks.untaught import untaught_clusters
from glueml_core.matching import MatchingOptions, find_matches, train_matcher
from glueml_core.matching.comparison import compare
from glueml_core.matching.labeling_sets import choose_labeling_sets
from glueml_core.matching.labels import labeled_pairs
from glueml_core.matching.matcher import Matcher
from glueml_core.matching.options import silent
from glueml_core.matching.pair_model import start_scores, train_pair_model, unsupervised_log_odds
from glueml_core.matching.threshold import choose_threshold
from glueml_core.matching.unsupervised_share import ShareBid, bid_unsupervised_share
from glueml_core.schemas import Labels
from tests.matching.conftest import labeled_by, pair_f1

RIGHT = np.array([3.0, 2.0, -2.0, -3.0, 2.5, -2.5])
IS_MATCH = RIGHT > 0


@pytest.fixture(scope="module")
def comparison(records):
    return compare(records, MatchingOptions())


@pytest.fixture(scope="module")
def asked(comparison, truth, labels):
    """The first round, answered."""
    sets = choose_labeling_sets(comparison, labels.iloc[:0], None, MatchingOptions())
    return labeled_by(truth, sets)


def test_labels_decide_whom_to_believe():
    wrong = -RIGHT

    assert bid_unsupervised_share(RIGHT, wrong, IS_MATCH).likeliest == 0
    assert bid_unsupervised_share(wrong, RIGHT, IS_MATCH).likeliest == 1


def test_two_that_err_about_different_pairs_are_believed_both():
    one, other = RIGHT.copy(), RIGHT.copy()
    one[0], other[3] = -2.0, 2.0

    assert 0 < bid_unsupervised_share(one, other, IS_MATCH).likeliest < 1


def test_a_score_that_agrees_with_what_was_learned_gets_no_share():
    assert bid_unsupervised_share(RIGHT, RIGHT, IS_MATCH).likeliest == 0


def test_where_labels_hardly_tell_two_apart_either_may_have_most_of_it():
    here, there = (
        bid_unsupervised_share(*odds, IS_MATCH)
        for odds in ((RIGHT, 0.99 * RIGHT), (0.99 * RIGHT, RIGHT))
    )

    assert (here.likeliest, here.highest) == (0, 0.85)
    assert (there.likeliest, there.highest) == (0.85, 0.85)


def test_where_labels_tell_them_apart_the_highest_share_is_near_the_likeliest():
    bid = bid_unsupervised_share(RIGHT, 0.2 * RIGHT, IS_MATCH)

    assert bid.likeliest == 0
    assert 0 < bid.highest < 0.5


@pytest.mark.parametrize("share", [0.0, 0.25, 0.6, 1.0])
def test_odds_lie_between_the_learned_and_the_unsupervised_ones(comparison, asked, share):
    labeled = labeled_pairs(asked, comparison.table)
    features = comparison.features_of(labeled.left, labeled.right)
    start = start_scores(features)
    model = train_pair_model(features.features, features.values, start, labeled.is_match, seed=1)
    learned, unsupervised = model.log_odds(features.values, start), unsupervised_log_odds(start)

    odds = model.leaning(share).log_odds(features.values, start)

    assert np.abs(learned - unsupervised).max() > 1
    np.testing.assert_allclose(odds, (1 - share) * learned + share * unsupervised, atol=1e-3)


def test_where_they_show_that_more_is_found_labels_stand_for_themselves(records, asked):
    matcher = train_matcher(records, asked, MatchingOptions(), silent)

    assert matcher.unsupervised_share == 0


@pytest.mark.parametrize("by", [1, 3])
def test_labels_that_teach_what_is_not_so_find_no_less_than_likeness_alone(
    comparison, records, truth, asked, by
):
    wrong = pd.concat([rolled(asked, number, by) for number in (0, 1)], ignore_index=True)

    matcher = train_matcher(records, Labels.validate(wrong), MatchingOptions(), silent)

    found = find_matches(records, matcher, asked.iloc[:0], MatchingOptions(), silent)
    entity = truth["entity"]
    assert pair_f1(entity, found["match_id"]) >= pair_f1(entity, untaught_clusters(comparison))


def test_who_leans_wholly_finds_the_unsupervised_clusters(comparison, records, asked, monkeypatch):
    """Whatever labels say of a model's odds as a whole; by this, what was learned is judged."""
    muddled = with_one_set_muddled(asked, by=3)
    monkeypatch.setattr(
        "glueml_core.matching.training.bid_unsupervised_share", lambda *odds: ShareBid(1.0, 1.0)
    )
    matcher = train_matcher(records, muddled, MatchingOptions(), silent)

    matches = find_matches(records, matcher, muddled, MatchingOptions(), silent)

    assert matcher.unsupervised_share == 1
    assert same_clusters(matches["match_id"], untaught_clusters(comparison))


@pytest.fixture(scope="module")
def half_wrong(records, asked):
    """What ten labeling sets teach, of which every other one is wrong."""
    sets = asked["labeling_set_id"].unique()
    wrong = asked["labeling_set_id"].isin(sets[::2])
    rolled = asked["label"].where(~wrong, np.roll(asked["label"], 3))
    return train_matcher(records, asked.assign(label=rolled), MatchingOptions(), silent)


def test_many_sets_lean_too_where_likeness_alone_finds_as_much(half_wrong):
    assert half_wrong.unsupervised_share == 0.85


def test_what_to_ask_next_is_told_by_what_labels_taught(comparison, labels, half_wrong):
    unleaning = half_wrong.asking
    first, second = (
        choose_labeling_sets(comparison, labels.iloc[:0], matcher, MatchingOptions())
        for matcher in (half_wrong, unleaning)
    )

    assert unleaning.unsupervised_share == 0
    assert unleaning.threshold(0.5) != half_wrong.threshold(0.5)
    pd.testing.assert_frame_equal(first, second)


def test_who_asks_survives_being_saved(half_wrong):
    read = Matcher.from_json(half_wrong.to_json())

    assert read.asking.to_json() == half_wrong.asking.to_json()


def test_a_share_survives_being_saved(records, labels, asked):
    few = train_matcher(records, with_one_set_muddled(asked, by=1), MatchingOptions(), silent)

    read = Matcher.from_json(few.to_json())

    assert read.unsupervised_share == few.unsupervised_share > 0
    assert read.threshold(0.5) == pytest.approx(few.threshold(0.5), abs=1e-6)
    pd.testing.assert_frame_equal(
        find_matches(records, read, labels, MatchingOptions(), silent),
        find_matches(records, few, labels, MatchingOptions(), silent),
    )


def test_a_matcher_of_format_4_asks_as_it_matches(half_wrong):
    saved = json.loads(half_wrong.to_json())
    del saved["unleaning"]

    read = Matcher.from_json(json.dumps({**saved, "format": 4}))

    assert read.asking is read
    assert read.unsupervised_share == half_wrong.unsupervised_share


def test_a_matcher_of_format_3_leans_on_nothing(matcher):
    saved = json.loads(matcher.to_json())
    del saved["unsupervised_share"], saved["unleaning"]

    read = Matcher.from_json(json.dumps({**saved, "format": 3}))

    assert read.unsupervised_share == 0
    assert read.threshold(0.5) == pytest.approx(matcher.threshold(0.5), abs=1e-6)


@pytest.mark.parametrize("ideal_share", [0.0, 0.3, 1.0])
def test_the_dial_stays_monotone_however_little_labels_are_relied_on(ideal_share):
    probability = np.linspace(0.05, 0.95, 19)
    is_match = np.arange(19) % 3 > 0

    cuts = [choose_threshold(probability, is_match, t / 20, ideal_share) for t in range(21)]

    assert cuts == sorted(cuts)


def test_at_an_even_tradeoff_who_learned_nothing_cuts_at_even_odds():
    assert choose_threshold(RIGHT, ~IS_MATCH, 0.5, ideal_share=1.0) == 0.5


def with_one_set_muddled(asked, by):
    """Two labeling sets, of which one teaches what is not so."""
    right = asked[asked["labeling_set_id"] == asked["labeling_set_id"].unique()[1]]
    return Labels.validate(pd.concat([rolled(asked, 0, by), right], ignore_index=True))


def rolled(asked, number, by):
    """A labeling set, each of whose records has the label of one that stands before it."""
    chosen = asked[asked["labeling_set_id"] == asked["labeling_set_id"].unique()[number]]
    return chosen.assign(label=np.roll(chosen["label"], by))


def same_clusters(one, other):
    return len(set(zip(one, other, strict=True))) == len(set(one)) == len(set(other))
