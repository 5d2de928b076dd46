import numpy as np
import pandas as pd
import pytest

from benchmarks.oracle import Oracle
from benchmarks.score import (
    bcubed_f1,
    cluster_codes,
    pair_completeness,
    score_pairs,
    score_pairs_across,
)

TRUTH = pd.DataFrame({"id": list("abcdef"), "entity_id": ["1", "1", "1", "2", "2", "3"]})


def found(**match_id_by_record: int) -> pd.DataFrame:
    return pd.DataFrame(list(match_id_by_record.items()), columns=["record_id", "match_id"])


class TestScorePairs:
    def test_counts_pairs_put_together_against_pairs_that_belong_together(self):
        score = score_pairs(*cluster_codes(TRUTH, found(a=1, b=1, c=9, d=9, e=5, f=6)))

        assert score.precision == pytest.approx(1 / 2)
        assert score.recall == pytest.approx(1 / 4)
        assert score.f1 == pytest.approx(1 / 3)

    def test_takes_a_record_without_a_match_id_as_alone(self):
        score = score_pairs(*cluster_codes(TRUTH, found(a=1, b=1)))

        assert (score.precision, score.recall) == (1, pytest.approx(1 / 4))

    def test_finds_no_fault_with_nothing_found_where_nothing_is(self):
        alone = np.arange(4)

        assert score_pairs(alone, alone).f1 == 1

    def test_across_sources_ignores_pairs_within_one(self):
        true, same = cluster_codes(TRUTH, found(a=1, b=1, c=1, d=2, e=3, f=4))
        source = np.array([0, 0, 1, 0, 1, 1])

        score = score_pairs_across(true, same, source)

        assert (score.precision, score.recall) == (1, pytest.approx(2 / 3))


def test_bcubed_lets_every_record_count_once():
    true, all_in_one = cluster_codes(TRUTH, found(a=1, b=1, c=1, d=1, e=1, f=1))
    precision = (3 * 3 + 2 * 2 + 1) / 36

    assert bcubed_f1(true, all_in_one) == pytest.approx(2 * precision / (1 + precision))


def test_pair_completeness_is_the_share_of_true_pairs_among_the_candidates():
    candidates = pd.DataFrame({"record_id_l": ["a", "a", "c"], "record_id_r": ["b", "c", "d"]})

    assert pair_completeness(TRUTH, candidates) == pytest.approx(2 / 4)


def test_pair_completeness_across_sources_counts_no_pair_within_one():
    """Of a, b, c and of d, e: a and b come from the one, all others from the other source."""
    candidates = pd.DataFrame({"record_id_l": ["a", "a", "d"], "record_id_r": ["b", "c", "e"]})
    source = pd.Series(["one", "one", "other", "other", "other", "other"])

    assert pair_completeness(TRUTH, candidates, source) == pytest.approx(1 / 2)


class TestOracle:
    FILE = 'labeling_set_id,label,id,name\ns1,,a,Ann\ns1,,d,"Dan, son"\ns2,,b,Ann\n'

    def test_labels_each_record_with_its_entity_and_changes_nothing_else(self):
        filled = Oracle(TRUTH, budget=10).fill(self.FILE, "id")

        assert (
            filled == 'labeling_set_id,label,id,name\ns1,1,a,Ann\ns1,2,d,"Dan, son"\ns2,1,b,Ann\n'
        )

    def test_stops_when_its_budget_is_spent(self):
        oracle = Oracle(TRUTH, budget=2)

        assert oracle.fill(self.FILE, "id").endswith("s2,,b,Ann\n")
        assert oracle.remaining == 0
