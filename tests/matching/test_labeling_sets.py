import numpy as np
import pandas as pd
import pytest

from glueml_core.matching import MatchingOptions, generate_labeling_sets
from glueml_core.matching.comparison import compare
from glueml_core.schemas import Labels
from tests.matching.conftest import labeled_by
from tests.tasks.people import papers_labeled

NO_LABELS = pd.DataFrame({"labeling_set_id": [], "record_id": [], "label": []}, dtype=object)


def generate(records, labels=NO_LABELS, matcher=None, seed=0, **size):
    return generate_labeling_sets(records, labels, matcher, MatchingOptions(seed=seed), **size)


@pytest.mark.behavior(24)
def test_about_a_hundred_records_in_ten_sets(records):
    sets = generate(records)

    assert sets["labeling_set_id"].nunique() == 10
    assert sets.groupby("labeling_set_id").size().between(5, 10).all()
    assert sets["record_id"].is_unique


@pytest.mark.parametrize("in_parts", [False, True])
def test_a_table_in_parts_that_shares_hardly_a_value_says_so(in_parts):
    """Papers whose titles are all different: joins of equal values find none."""
    papers = papers_labeled().drop_duplicates("id")
    records = pd.DataFrame({"record_id": papers["id"], "name": papers["name"] + " " + papers["id"]})
    told = []

    generate_labeling_sets(
        records,
        NO_LABELS,
        None,
        MatchingOptions(whole_table_rows=len(records) - in_parts),
        lambda _share, text: told.append(text),
    )

    assert ("whole_table_rows" in told[-1]) == in_parts


@pytest.mark.behavior(24)
def test_most_first_sets_hold_matches_and_differences(records, truth):
    labels = labeled_by(truth, generate(records))

    entities = labels.groupby("labeling_set_id")["label"].nunique()
    sizes = labels.groupby("labeling_set_id").size()

    assert ((entities > 1) & (entities < sizes)).sum() >= 8


@pytest.mark.behavior(26)
@pytest.mark.parametrize("taught", [True, False])
def test_a_labeled_record_is_not_asked_about_again(records, labels, matcher, taught):
    sets = generate(records, labels, matcher if taught else None)

    assert not set(sets["record_id"]) & set(labels["record_id"])
    assert len(sets) > 50


@pytest.mark.behavior(26)
def test_when_every_record_is_labeled_they_are_asked_about_again(records, truth):
    few = records.head(30)
    everything = truth.head(30).assign(labeling_set_id="all", label=truth["entity"])
    labels = Labels.validate(everything[["labeling_set_id", "record_id", "label"]])

    assert set(generate(few, labels)["record_id"]) <= set(few["record_id"])


def test_the_order_of_the_records_changes_nothing(records, labels, matcher):
    shuffled = records.sample(frac=1, random_state=3)

    pd.testing.assert_frame_equal(
        generate(records, labels, matcher), generate(shuffled, labels, matcher)
    )


def test_another_seed_asks_about_other_records(records):
    assert set(generate(records)["record_id"]) != set(generate(records, seed=1)["record_id"])


@pytest.mark.parametrize("size", [2, 30])
def test_sets_may_have_from_two_to_thirty_records(records, size):
    sets = generate(records, set_count=3, set_size=size)

    assert sets.groupby("labeling_set_id").size().max() == size


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_a_tiny_table_gives_what_it_has(records, count):
    sets = generate(records.head(count))

    assert len(sets) <= count
    assert (sets.groupby("labeling_set_id").size() >= 2).all()


def test_records_that_resemble_nobody_can_be_labeled_too():
    strangers = pd.DataFrame({"record_id": ["1", "2", "3"], "name": ["Ann", "Bob", None]})

    assert sorted(generate(strangers)["record_id"]) == ["1", "2", "3"]


def test_records_that_say_the_same_are_shown_side_by_side_too(records):
    """Equal titles may be different papers, and only a label can tell."""
    copies = records.head(60).assign(record_id=lambda r: "copy-of-" + r["record_id"])
    sets = generate(pd.concat([records, copies]))

    original = sets["record_id"].str.removeprefix("copy-of-")
    side_by_side = sets.assign(original=original).duplicated(["labeling_set_id", "original"])

    assert 1 <= side_by_side.sum() <= 10


def test_whoever_labels_two_sets_of_ten_has_seen_near_and_far(records):
    sets = generate(records)
    comparison = compare(records, MatchingOptions())
    begin = sets.groupby("labeling_set_id", sort=False)["record_id"].agg(list)
    row_of = dict(zip(comparison.table.record_ids, comparison.table.row_of, strict=True))
    left, right = (np.array([row_of[members[at]] for members in begin]) for at in (0, 1))

    likeness = comparison.features_of(left, right)["unsupervised: score"]

    rank = (-likeness).argsort().argsort()
    assert rank[0] <= 1
    assert 3 <= rank[1] <= 7
