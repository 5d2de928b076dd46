"""Teaching a matcher."""

from __future__ import annotations

import pytest

from glueml_core.matching import MatchingOptions, TooFewLabelsError, train_matcher
from glueml_core.matching.options import silent


def test_labels_without_a_match_are_refused(records, labels):
    distinct = labels.assign(label=labels["record_id"])

    with pytest.raises(TooFewLabelsError, match="no match"):
        train_matcher(records, distinct, MatchingOptions(), silent)


def test_labels_without_a_difference_are_refused(records, labels):
    with pytest.raises(TooFewLabelsError, match="no difference"):
        train_matcher(records, labels.assign(label="same"), MatchingOptions(), silent)


def test_labels_that_cannot_teach_are_refused_before_the_table_is_compared(records, labels):
    """However large it is, who has labeled too little learns so at once."""
    begun: list[str] = []

    with pytest.raises(TooFewLabelsError):
        train_matcher(
            records,
            labels.assign(label="same"),
            MatchingOptions(),
            lambda share, doing: begun.append(doing),
        )

    assert begun == []


def test_the_same_labels_teach_the_same_matcher_in_any_order(records, labels, matcher):
    shuffled_records = records.sample(frac=1, random_state=1)
    shuffled_labels = labels.sample(frac=1, random_state=2)

    again = train_matcher(shuffled_records, shuffled_labels, MatchingOptions(), silent)

    assert again.to_json() == matcher.to_json()
