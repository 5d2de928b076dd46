"""Which words of a long text rows are joined on."""

import numpy as np
import pandas as pd
import pytest

from glueml_core.matching import MatchingOptions, find_matches, train_matcher
from glueml_core.matching.large.candidates import candidates_of
from glueml_core.matching.large.effort import JoinEffort
from glueml_core.matching.large.hashed_columns import HashedColumns
from glueml_core.matching.large.hashing import MISSING
from glueml_core.matching.large.table import LargeTable
from glueml_core.matching.options import silent
from glueml_core.matching.rows import ColumnProfile, profile
from tests.matching.conftest import labeled, pair_f1
from tests.matching.papers import WORDS, papers

FIVE = [ColumnProfile("title", "text", joined_words=5)]


def words_of(texts: list[str | None]) -> np.ndarray:
    """Hashes of five words of each text."""
    return HashedColumns.of(pd.DataFrame({"title": texts}), FIVE).cells[:, 1:]


def test_a_text_gives_the_same_words_in_any_order_and_any_company():
    alone = words_of(["the quick brown fox jumps over"])

    among = words_of(["over, jumps; FOX brown-quick the THE", *WORDS])

    assert among[0].tolist() == alone[0].tolist()
    assert len(set(alone[0])) == 5


def test_no_word_is_taken_twice():
    few, none, symbols = words_of(["fox fox brown", None, "!?"])

    assert (few[:2] != MISSING).all()
    assert (few[2:] == MISSING).all()
    assert (none == MISSING).all()
    assert (symbols == MISSING).all()


def test_texts_meet_as_often_as_they_share_words():
    """Six words of eight are the same, of ten in all."""
    rng = np.random.default_rng(1)
    drawn = [rng.choice(WORDS, 10, replace=False) for _ in range(2_000)]

    one, other = (
        words_of([" ".join(words[part]) for words in drawn]) for part in (slice(8), slice(2, None))
    )

    assert (one[:, 0] == other[:, 0]).mean() == pytest.approx(0.6, abs=0.03)


def test_long_texts_are_joined_on_words_and_short_ones_are_not(records):
    titles = [" ".join(WORDS[number : number + 7]) for number in range(300)]
    table = pd.DataFrame({"record_id": range(300), "title": titles, "year": range(1700, 2000)})

    assert [column.joined_words for column in profile(table)] == [8, 0]
    assert not any(column.joined_words for column in profile(records))
    many = table.assign(**{f"title{number}": titles for number in range(7)})
    assert sum(column.joined_words for column in profile(many)) == 16


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    """No two titles are equal, and nothing else is there to join on."""
    return papers(400)


def test_who_has_most_words_in_common_is_a_candidate(table):
    hashed = LargeTable.of(table[["record_id", "title"]], None, np.zeros(len(table), np.int64))

    pairs = candidates_of(hashed, hashed.agreement, JoinEffort.of(0.5))

    entity = table["entity"].to_numpy()[hashed.record_of]
    found = (entity[pairs.left] == entity[pairs.right]).sum()
    assert found >= 0.95 * 400
    assert len(pairs) < 10 * len(table)


def test_long_texts_are_matched_in_parts(table):
    records, in_parts = table[["record_id", "title"]], MatchingOptions(whole_table_rows=0)
    labels = labeled(table, entities_a_set=4)

    matcher = train_matcher(records, labels, in_parts, silent)
    matches = find_matches(records, matcher, labels, in_parts, silent)

    assert pair_f1(table["entity"], matches["match_id"]) > 0.95
