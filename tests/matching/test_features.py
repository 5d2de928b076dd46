"""What is measured about a pair."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from glueml_core.matching.features import PairFeatures
from glueml_core.matching.features.telling import TellingWords
from glueml_core.matching.features.text import TEXT_SIMILARITIES
from glueml_core.matching.rows import distinct_rows
from glueml_core.matching.vectors import TableVectors

cells = st.one_of(st.none(), st.text("abc 12-.é日", max_size=12))
tables = st.lists(st.tuples(cells, cells), min_size=2, max_size=8)


def features_of(rows: list[tuple[str | None, str | None]]) -> tuple[PairFeatures, int]:
    frame = pd.DataFrame(rows, columns=["name", "town"])
    table = distinct_rows(frame.assign(record_id=[f"r{i}" for i in range(len(frame))]))
    return PairFeatures(TableVectors(table)), len(table)


def every_pair(size: int) -> tuple[np.ndarray, np.ndarray]:
    left, right = np.meshgrid(np.arange(size), np.arange(size))
    return left.ravel(), right.ravel()


@settings(max_examples=50, deadline=None)
@given(tables)
def test_a_pair_measures_the_same_from_both_sides(rows):
    features, size = features_of(rows)
    left, right = every_pair(size)

    one, other = features(left, right).values, features(right, left).values

    np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-5)


@settings(max_examples=50, deadline=None)
@given(tables)
def test_similarities_lie_between_0_and_1_and_equal_values_have_1(rows):
    features, size = features_of(rows)
    left, right = every_pair(size)
    pairs = features(left, right)
    # Punctuation alone is a value without words, which is like nothing.
    has_words = pairs["name: word cosine"][left == right] > 0

    for name in TEXT_SIMILARITIES:
        similarity = pairs[f"name: {name}"]
        known = ~np.isnan(similarity)
        assert ((similarity[known] >= 0) & (similarity[known] <= 1)).all()
        assert np.allclose(similarity[known & (left == right) & has_words[left]], 1)


def test_a_missing_value_is_no_difference():
    features, _ = features_of([("ann", "rome"), ("ann", None), ("bob", "oslo")])

    pair = features(np.array([0]), np.array([1]))

    assert np.isnan(pair["town: edit similarity"]).all()
    assert pair["town: missing on one side"] == 1
    assert pair["name: edit similarity"] == 1


def test_a_code_is_found_however_it_is_written():
    camera, same_camera, lens = "sony dsc-w55/b camera", "dscw55b zoom camera", "lens q17"
    features, _ = features_of([(camera, "a"), (same_camera, "b"), (lens, "c")])

    # Rows are sorted by what they say.
    pairs = features(np.array([0, 0]), np.array([2, 1]))

    assert (pairs["rarity of shared codes"] > 0).tolist() == [True, False]


def test_a_long_text_costs_no_more_than_a_short_one_letter_by_letter():
    """Only the first letters are compared one by one, so what follows changes nothing there."""
    common = "a very long description of a thing " * 8
    features, _ = features_of([(common + "x" * 5000, "1"), (common + "y" * 5000, "2")])

    pair = features(np.array([0]), np.array([1]))

    assert pair["name: edit similarity"] == 1
    assert pair["name: word cosine"] < 1


def test_words_in_another_order_share_no_phrase():
    features, _ = features_of(
        [
            ("northern state college", "a"),
            ("northern state college", "b"),
            ("college state northern", "c"),
        ]
    )

    # Rows are sorted by what they say.
    pairs = features(np.array([1, 0]), np.array([2, 1]))

    assert np.allclose(pairs["name: word cosine"], 1)
    assert np.allclose(pairs["name: share of phrases found in the other"], [1, 0])


def test_one_rare_word_stands_out_of_a_long_text():
    common = [(f"the pump of the house with a hose {i}", "x") for i in range(30)]
    features, size = features_of(
        [("zephyr the pump of the house with a hose", "1"), ("zephyr pump", "2"), *common]
    )
    last_two = (np.array([size - 2]), np.array([size - 1]))

    pair = features(*last_two)
    of_common = features(np.array([0]), np.array([1]))

    name = "name: rarest of shared words"
    assert pair[name] > 5 * of_common[name]


def test_what_is_common_is_judged_by_a_sample_without_numbers_and_phrases():
    words = pd.DataFrame({"record_id": ["1", "2", "3"], "name": ["ann", "bob", "ann"]})
    more = pd.DataFrame({"record_id": ["4", "5"], "name": ["ann smith 7", "ann smyth 7"]})
    background = TableVectors(distinct_rows(words)).as_background()

    pair = PairFeatures(TableVectors(distinct_rows(more), background))(np.array([0]), np.array([1]))

    assert pair["name: rarest of shared phrases"] == 0
    assert pair["name: rarest of shared words"] > 0


def test_pairs_measure_the_same_among_many_as_alone():
    towns = ["rome", "oslo", None, "port 21", "san jose"]
    features, size = features_of([(f"ann {i % 7} lee {i}", towns[i % 5]) for i in range(160)])
    left, right = every_pair(size)
    some = np.arange(0, len(left), 97)

    among_many, alone = features(left, right).take(some), features(left[some], right[some])

    assert len(left) > 20_000
    np.testing.assert_array_equal(among_many.values, alone.values)


def test_words_tell_the_same_of_pairs_among_many_as_alone():
    rows = [(f"ann {i % 7} lee {i % 31}", f"port {i}") for i in range(160)]
    frame = pd.DataFrame(rows, columns=["name", "town"])
    table = distinct_rows(frame.assign(record_id=[f"r{i}" for i in range(len(frame))]))
    left, right = every_pair(len(table))
    some = np.arange(0, len(left), 97)
    score = np.where(left % 31 == right % 31, 0.9, 0.1).astype(np.float32)

    tell = TellingWords.of(TableVectors(table).words.rows.presence, left, right, score)

    assert tell(left, right).values.any(axis=0).all()
    np.testing.assert_array_equal(
        tell(left, right).take(some).values, tell(left[some], right[some]).values
    )
