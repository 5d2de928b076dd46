import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from glueml_core.matching.metrics import confusion_at, precision_recall_curve

percent = st.integers(0, 100).map(lambda n: n / 100)
labeled_pairs = st.lists(st.tuples(percent, st.booleans()), max_size=60).map(
    lambda pairs: [*pairs, (0.7, True)]
)


def columns(pairs):
    prob, is_match = zip(*pairs, strict=True)
    return np.array(prob, dtype=float), np.array(is_match)


@given(labeled_pairs)
def test_the_area_is_the_average_precision_of_scikit_learn(pairs):
    prob, is_match = columns(pairs)

    area = precision_recall_curve(prob, is_match).area

    assert area == pytest.approx(average_precision_score(is_match, prob))


@given(labeled_pairs, percent)
def test_no_threshold_has_a_better_f1_than_the_curve_says(pairs, threshold):
    prob, is_match = columns(pairs)
    confusion = confusion_at(prob, is_match, threshold)
    precision, recall = confusion.precision or 0, confusion.recall or 0

    best = precision_recall_curve(prob, is_match).max_f1

    assert best >= 2 * precision * recall / max(precision + recall, 1e-9) - 1e-9


@given(labeled_pairs)
def test_a_weight_of_two_is_a_pair_that_was_seen_twice(pairs):
    prob, is_match = columns(pairs)
    twice = columns(pairs + pairs[:1])
    weight = np.ones(len(prob))
    weight[0] = 2

    weighted = precision_recall_curve(prob, is_match, weight)

    assert weighted.area == pytest.approx(precision_recall_curve(*twice).area)


def test_a_confusion_leaves_out_what_it_cannot_divide():
    nothing_called = confusion_at(np.array([0.1, 0.2]), np.array([False, True]), 0.5)

    assert nothing_called.precision is None
    assert nothing_called.recall == 0


def test_labels_without_a_match_have_no_curve():
    with pytest.raises(ValueError, match="No labeled pair is a match"):
        precision_recall_curve(np.array([0.4]), np.array([False]))
