"""What a few labels are worth: never less than none."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from benchmarks.untaught import untaught_clusters
from glueml_core.matching import MatchingOptions, find_matches, train_matcher
from glueml_core.matching.comparison import compare
from glueml_core.matching.few_labels import matcher_by_clusters
from glueml_core.matching.labeling_sets import choose_labeling_sets
from glueml_core.matching.labels import labeled_pairs
from glueml_core.matching.logistic import LogisticCurve
from glueml_core.matching.options import silent
from glueml_core.matching.unsupervised_share import ShareBid
from tests.matching.conftest import labeled, labeled_by, pair_f1, people

if TYPE_CHECKING:
    from collections.abc import Callable

    from glueml_core.matching.matcher import Matcher


@pytest.fixture(scope="module")
def comparison(records):
    return compare(records, MatchingOptions())


@pytest.fixture(scope="module")
def untaught(comparison, truth) -> float:
    """F1 of the unsupervised score's own clusters."""
    return pair_f1(truth["entity"], untaught_clusters(comparison))


@pytest.mark.parametrize("budget", [20, 40, 100])
@pytest.mark.parametrize("seed", [0, 1])
def test_a_few_labels_find_no_less_than_likeness_alone(
    comparison, records, truth, labels, untaught, budget, seed
):
    options = MatchingOptions(seed=seed)
    asked = choose_labeling_sets(comparison, labels.iloc[:0], None, options).head(budget)
    few = labeled_by(truth, asked)

    matcher = train_matcher(records, few, options, silent)

    matches = find_matches(records, matcher, few, options, silent)
    assert pair_f1(truth["entity"], matches["match_id"].to_numpy()) >= untaught


@pytest.mark.parametrize("budget", [30, 50])
def test_where_hardly_anybody_is_there_twice_a_few_labels_find_no_less_either(labels, budget):
    """Every labeled match is found by likeness already, whatever was learned beside it."""
    everybody = people(300).drop(columns=["soc_sec_id", "surname", "date_of_birth"])
    entity = pd.Series(pd.factorize(everybody["entity"])[0], index=everybody.index)
    nth = everybody.groupby("entity").cumcount()
    truth = everybody[(nth == 0) | ((nth == 1) & (entity % 8 == 0))].reset_index(drop=True)
    records, options = truth.drop(columns="entity"), MatchingOptions(seed=1)
    comparison = compare(records, options)
    asked = choose_labeling_sets(comparison, labels.iloc[:0], None, options).head(budget)
    few = labeled_by(truth, asked)

    matcher = train_matcher(records, few, options, silent)

    matches = find_matches(records, matcher, few, options, silent)
    found = pair_f1(truth["entity"], matches["match_id"].to_numpy())
    assert found >= pair_f1(truth["entity"], untaught_clusters(comparison))
    assert matcher.unsupervised_share < 1


def test_two_labeling_sets_teach_by_all_they_hold_and_are_judged_by_halves(
    comparison, records, truth, labels, monkeypatch
):
    asked = choose_labeling_sets(comparison, labels.iloc[:0], None, MatchingOptions()).head(20)
    few = labeled_by(truth, asked)
    matcher = train_matcher(records, few, MatchingOptions(), silent)
    monkeypatch.setattr("glueml_core.matching.training._TAUGHT_BY_ALL", 0)
    halves = train_matcher(records, few, MatchingOptions(), silent)

    assert len(matcher.second_stage) > len(halves.second_stage) == 2
    np.testing.assert_array_equal(matcher.held_out.probability, halves.held_out.probability)


def test_many_labeling_sets_have_a_model_a_fold(matcher):
    assert len(matcher.first_stage) == len(matcher.second_stage) == 10


def leaning_by_a_share(matcher: Matcher, too_sure_by: float) -> Callable[[float], Matcher]:
    """What leans on likeness as far as asked, and else is surer of every pair than it learned."""

    def leaning(share: float) -> Matcher:
        curve = matcher.calibration
        other = LogisticCurve(curve.slope, curve.intercept + too_sure_by)
        return replace(
            matcher,
            second_stage=tuple(model.leaning(share) for model in matcher.second_stage),
            calibration=other.toward(LogisticCurve(1.0, 0.0), share),
            unsupervised_share=share,
        )

    return leaning


@pytest.mark.parametrize(("too_sure_by", "is_believed"), [(0.0, True), (8.0, False)])
def test_what_joins_far_more_than_labels_leave_to_find_is_not_believed(
    comparison, truth, matcher, too_sure_by, is_believed
):
    """No label tells: all are of pairs that match, which likeness finds nearly all of."""
    single = labeled_pairs(labeled(truth, entities_a_set=1), comparison.table)
    assert single.is_match.all()

    kept = matcher_by_clusters(
        comparison, single, leaning_by_a_share(matcher, too_sure_by), ShareBid()
    )

    assert (kept.unsupervised_share == 0) is is_believed


@pytest.mark.parametrize(
    ("sets", "has_fault", "share"), [(9, False, 0.0), (9, True, 0.75), (10, True, 0.0)]
)
def test_what_joins_less_than_likeness_does_rightly_leans_on_it_if_few_sets_find_a_fault(
    comparison, truth, matcher, sets, has_fault, share
):
    """Labels call a third of what likeness joins right, and the taught clusters hold less yet."""
    leaning = leaning_by_a_share(matcher, -12.0)
    matches = find_matches(
        truth.drop(columns="entity"), leaning(0), labeled(truth).iloc[:0], MatchingOptions(), silent
    )
    own = truth.assign(cluster=matches["match_id"])
    parted = own[own.groupby("entity")["cluster"].transform("nunique") > 1]
    asked = parted[parted["entity"].isin(sorted(parted["entity"].unique())[:sets])]
    label = asked["cluster"].astype(str)
    if has_fault:
        label[asked["entity"] == asked["entity"].min()] = "one"
    labels = asked.assign(labeling_set_id=asked["entity"], label=label)
    few = labeled_pairs(labels[["labeling_set_id", "record_id", "label"]], comparison.table)

    kept = matcher_by_clusters(comparison, few, leaning, ShareBid())

    assert kept.unsupervised_share == share
