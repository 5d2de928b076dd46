import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glueml_core.matching.labeling_advice import churn_between, labeling_advice
from glueml_core.matching.shares import Estimate

clusterings = st.integers(1, 30).flatmap(
    lambda n: st.tuples(*[st.lists(st.integers(0, 5), min_size=n, max_size=n)] * 2)
)


def test_a_record_that_changes_cluster_changes_those_it_leaves_and_joins():
    churn = churn_between(np.array([0, 0, 0, 3, 3, 5]), np.array([0, 0, 2, 3, 3, 2]))

    assert churn.changed_records == pytest.approx(4 / 6)


@given(clusterings)
def test_agreement_is_the_pairwise_f1_of_one_clustering_against_the_other(both):
    one, other = map(np.array, both)
    upper = np.triu_indices(len(one), 1)
    same_one, same_other = ((c[:, None] == c)[upper] for c in (one, other))
    pairs = same_one.sum() + same_other.sum()

    agreement = churn_between(one, other).agreement

    assert agreement == pytest.approx(2 * (same_one & same_other).sum() / pairs if pairs else 1)


@given(clusterings)
def test_numbers_of_clusters_mean_nothing(both):
    one, _ = map(np.array, both)

    assert churn_between(one, 100 - one).changed_records == 0


def test_settled_clusters_that_are_surely_good_need_no_more_labels():
    settled = churn_between(np.arange(500), np.arange(500))

    assert not labeling_advice(settled, Estimate(0.97, 0.95, 0.99)).label_more
    assert labeling_advice(settled, Estimate(0.9, 0.7, 0.99)).label_more


def test_labels_are_no_cure_where_parts_hold_few_of_the_matches():
    moved, f1 = churn_between(np.zeros(10), np.arange(10)), Estimate(0.3, 0.1, 0.5)

    advice = labeling_advice(moved, f1, Estimate(0.126, 0.05, 0.2))

    assert not advice.label_more
    assert "12.6% of the matches" in advice.reason
    assert "whole_table_rows" in advice.reason
    assert labeling_advice(moved, f1, Estimate(0.95, 0.9, 0.99)).label_more


def test_the_advice_says_what_it_rests_on():
    moved = churn_between(np.zeros(10), np.arange(10))

    advice = labeling_advice(moved, Estimate(0.97, 0.95, 0.99))

    assert advice.label_more
    assert "100.0% of the records" in advice.reason
    assert "between 0.950 and 0.990" in advice.reason
