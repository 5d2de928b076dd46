import json

import numpy as np
import pandas as pd
import pytest

from glueml_core.matching import Evaluation, MatchingOptions, TooFewLabelsError, evaluate_matcher
from tests.tasks.people import papers_labeled


@pytest.fixture(scope="module")
def evaluation(records, labels) -> Evaluation:
    return evaluate_matcher(records, labels, MatchingOptions())


@pytest.mark.behavior(35)
def test_every_metric_is_a_share(evaluation):
    shares = [
        evaluation.area_under_pr_curve,
        evaluation.precision,
        evaluation.recall,
        evaluation.f1,
        evaluation.blocking_recall.value,
        *(importance for _, importance in evaluation.column_importances),
    ]

    assert all(0 <= share <= 1 for share in shares)


@pytest.mark.behavior(35)
def test_precision_and_recall_follow_from_the_confusion(evaluation):
    counts = evaluation.confusion

    assert evaluation.precision == counts.true_positives / (
        counts.true_positives + counts.false_positives
    )
    assert evaluation.recall == counts.true_positives / (
        counts.true_positives + counts.false_negatives
    )


@pytest.mark.behavior(35)
def test_f1_is_the_best_on_the_curve(evaluation):
    p, r = evaluation.precision, evaluation.recall

    assert evaluation.f1 >= 2 * p * r / (p + r) - 1e-12


@pytest.mark.behavior(35)
def test_importances_fall_and_name_every_column_but_the_key(evaluation, records):
    names, shares = zip(*evaluation.column_importances, strict=True)

    assert sorted(names) == sorted(records.columns.drop("record_id"))
    assert list(shares) == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(1)


def test_tells_of_a_table_in_parts_whose_records_share_no_values():
    """Papers whose titles are all different: what finds them as a whole finds none by joins."""
    papers = papers_labeled().drop_duplicates("id")
    records = pd.DataFrame({"record_id": papers["id"], "name": papers["name"] + " " + papers["id"]})
    labels = papers.rename(columns={"id": "record_id"}).astype(str)

    whole, in_parts = (
        evaluate_matcher(records, labels, MatchingOptions(whole_table_rows=rows))
        for rows in (len(records), len(records) - 1)
    )

    assert whole.blocking_recall.value == 1
    assert in_parts.blocking_recall.value == 0
    assert "whole_table_rows" in in_parts.advice.reason
    assert "whole_table_rows" not in whole.advice.reason


@pytest.mark.behavior(35)
def test_the_same_labels_give_the_same_numbers_in_any_order_of_records(evaluation, records, labels):
    shuffled = records.sample(frac=1, random_state=5)

    assert evaluate_matcher(shuffled, labels, MatchingOptions()) == evaluation


def test_every_interval_holds_its_metric(evaluation):
    for name, (low, high) in evaluation.intervals.items():
        assert 0 <= low <= getattr(evaluation, name) <= high <= 1


def test_few_labels_without_a_mistake_are_no_proof_of_perfection(evaluation):
    """36 people told apart without an error do not show that none ever will be wrong."""
    assert evaluation.intervals["recall"][0] < 1
    assert evaluation.clusters.f1.low < 1


def test_people_that_are_easy_to_tell_apart_are_estimated_so(evaluation):
    assert evaluation.clusters.f1.high > 0.97
    assert evaluation.clusters.f1.value > 0.9


def test_labels_do_not_vouch_for_clusters_that_only_they_could_foretell():
    records, labels = _labeled_by_tossing_coins()

    judged = evaluate_matcher(records, labels, MatchingOptions()).clusters

    assert judged.recall.value < 0.75


def test_an_evaluation_survives_the_journey_through_json(evaluation):
    text = json.dumps(evaluation.to_dict(), allow_nan=False)

    assert Evaluation.from_dict(json.loads(text)) == evaluation


def test_counts_what_was_labeled(evaluation, labels):
    assert evaluation.labels.records == len(labels)
    assert evaluation.labels.labeling_sets == labels["labeling_set_id"].nunique()
    counted = evaluation.confusion
    assert counted.true_positives + counted.false_negatives == evaluation.labels.matches


def test_matches_in_a_single_set_cannot_be_held_back(records, labels):
    first = labels["labeling_set_id"].iloc[0]
    alone = labels.assign(
        label=labels["label"].where(labels["labeling_set_id"] == first, labels["record_id"])
    )

    begun: list[str] = []

    with pytest.raises(TooFewLabelsError, match="Only one labeling set holds a match"):
        evaluate_matcher(
            records, alone, MatchingOptions(), lambda share, doing: begun.append(doing)
        )

    assert begun == []


@pytest.mark.parametrize("label", ["same", None])
def test_labels_of_one_kind_measure_nothing(records, labels, label):
    one_kind = labels.assign(label=pd.Series(label, labels.index).fillna(labels["record_id"]))

    with pytest.raises(TooFewLabelsError):
        evaluate_matcher(records, one_kind, MatchingOptions())


def _labeled_by_tossing_coins() -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Thirty texts in eight versions, of which four are labeled: all the same, or all different.

    Nothing but the coin decides; yet the versions that are not labeled resemble those that are.
    """
    chance = np.random.default_rng(3)
    words = ["".join(chance.choice(list("abcdefghijklmnoprstuvw"), 7)) for _ in range(400)]
    records, labels = [], []
    for text in range(30):
        original = list(chance.choice(words, 3 + text % 7, replace=False))
        for version in range(8):
            changed = list(original)
            if version:
                changed[chance.integers(len(changed))] = chance.choice(words)
            records.append((f"{text:02}-{version}", " ".join(changed)))
    for text in range(30):
        same = chance.random() < 0.5
        labels += [(f"{text}", f"{text:02}-{v}", "a" if same else f"{v}") for v in range(4)]
    for number in range(10):
        labels += [(f"far-{number}", f"{3 * number + t:02}-4", f"{t}") for t in range(3)]
    return (
        pd.DataFrame(records, columns=["record_id", "text"]),
        pd.DataFrame(labels, columns=["labeling_set_id", "record_id", "label"]),
    )
