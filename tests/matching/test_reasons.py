import json

import numpy as np
import pandas as pd
import pytest

from glueml_core.matching import MatchingOptions, explain_cluster, explain_pair, train_matcher
from glueml_core.matching.options import silent


@pytest.fixture(scope="module")
def families(truth):
    """The records of each person that has three or more."""
    of_person = truth.groupby("entity")["record_id"].agg(sorted)
    return [ids for ids in of_person if len(ids) >= 3]


def explain(records, matcher, left, right):
    return explain_pair(records, matcher, left, right, MatchingOptions())


def test_a_match_is_explained_by_what_speaks_for_it(records, matcher, families):
    left, right = families[0][:2]

    explanation = explain(records, matcher, left, right)

    assert explanation.match_probability > 0.5
    assert explanation.reasons[0].weight > 0
    assert "speaks for a match" in str(explanation.reasons[0])


def test_two_strangers_are_explained_by_what_speaks_against(records, matcher, families):
    explanation = explain(records, matcher, families[0][0], families[1][0])

    assert explanation.match_probability < 0.5
    assert explanation.reasons[0].weight < 0


def test_the_weightiest_reason_comes_first(records, matcher, families):
    reasons = explain(records, matcher, families[0][0], families[1][0]).reasons
    weights = [abs(reason.weight) for reason in reasons]

    assert weights == sorted(weights, reverse=True)


def test_the_column_that_decides_is_named():
    """Namesakes at one address, whom nothing but the date of birth tells apart."""
    records, labels = _namesakes()
    matcher = train_matcher(records, labels, MatchingOptions(), silent)

    reasons = explain(records, matcher, "0-0-0", "0-1-0").reasons

    against = {reason.column for reason in reasons if reason.weight < 0}
    assert "born" in against
    assert not {"name", "street"} & against


def test_both_ways_round_a_pair_has_the_same_reasons(records, matcher, families):
    left, right = families[0][:2]

    there, back = explain(records, matcher, left, right), explain(records, matcher, right, left)

    assert there.reasons == back.reasons


def test_a_cluster_of_two_people_breaks_between_them(records, matcher, families):
    one, other = families[0], families[1]

    explanation = explain_cluster(records, matcher, [*one, *other], MatchingOptions())

    assert {frozenset(side) for side in explanation.sides} == {frozenset(one), frozenset(other)}
    assert explanation.weakest_link.match_probability < 0.5
    json.dumps(explanation.to_dict(), allow_nan=False)


def test_a_record_alone_has_no_link(records, matcher):
    with pytest.raises(ValueError, match="no link"):
        explain_cluster(records, matcher, [records["record_id"].iloc[0]], MatchingOptions())


def _namesakes() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Thirty households of a parent and a child of one name, each person in three records."""
    chance = np.random.default_rng(2)
    letters = list("abcdefghijklmnoprstuvw")
    records, labels = [], []
    for household in range(30):
        name, street = ("".join(chance.choice(letters, 8)) for _ in range(2))
        for person in range(2):
            born = (
                f"{chance.integers(1930, 2010)}{chance.integers(10, 13)}{chance.integers(10, 29)}"
            )
            for copy in range(3):
                record_id = f"{household}-{person}-{copy}"
                address = f"{street} {chance.choice(letters)}"
                records.append((record_id, name, address, born))
                labels.append((str(household), record_id, str(person)))
    return (
        pd.DataFrame(records, columns=["record_id", "name", "street", "born"]),
        pd.DataFrame(labels, columns=["labeling_set_id", "record_id", "label"]),
    )
