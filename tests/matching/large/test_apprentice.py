"""A quick model that learned from the matcher: what it decides, and what it leaves to it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from glueml_core.matching import MatchingOptions, find_matches, train_matcher
from glueml_core.matching.large.apprentice import Apprentice
from glueml_core.matching.large.hashed_columns import HashedColumns
from glueml_core.matching.large.likeness import Cells, likeness
from glueml_core.matching.options import silent
from glueml_core.matching.rows import ColumnProfile
from glueml_core.schemas import Matches
from tests.matching.conftest import labeled, people

# Small enough a share that the apprentice has most of the pairs for itself.
GLANCING = MatchingOptions(whole_table_rows=0, sampled_records=1_000)


@pytest.fixture(scope="module")
def town() -> pd.DataFrame:
    return people(600)


@pytest.fixture(scope="module")
def taught(town):
    labels = labeled(town)
    return labels, train_matcher(town.drop(columns="entity"), labels, GLANCING, silent)


def partition(matches: pd.DataFrame) -> set[frozenset[str]]:
    return set(matches.groupby("match_id")["record_id"].agg(frozenset))


@pytest.fixture(scope="module")
def plain(town, taught):
    """What comes out, and what was told meanwhile."""
    labels, matcher = taught
    told: list[str] = []
    records = town.drop(columns="entity")
    matches = find_matches(records, matcher, labels, GLANCING, lambda _, text: told.append(text))
    return matches, told


def found(town, taught, options=GLANCING, **changed) -> pd.DataFrame:
    labels, matcher = taught
    records = town.drop(columns="entity")
    return find_matches(records, matcher, labels, replace(options, **changed), silent)


class TestFindingAtAGlance:
    def test_decides_most_pairs_itself_and_finds_who_is_who(self, town, plain):
        matches, told = plain

        true = set(town.groupby("entity")["record_id"].agg(frozenset))
        again = [text.split()[3] for text in told if text.startswith("Looking again")]
        pairs = [text.split()[1] for text in told if text.endswith("at a glance")]
        again, pairs = ([int(n.replace(",", "")) for n in told] for told in (again, pairs))
        assert sum(again[:1]) < pairs[0] / 2
        assert len(partition(matches) & true) >= 0.95 * len(true)

    def test_loses_no_record_and_keeps_their_order(self, town, plain):
        Matches.validate(plain[0])
        assert plain[0]["record_id"].tolist() == town["record_id"].tolist()

    def test_minds_neither_the_order_of_records_nor_where_text_is_held(self, town, taught, plain):
        text = pd.StringDtype("pyarrow", na_value=np.nan)
        shuffled = town.sample(frac=1, random_state=3).reset_index(drop=True).astype(text)

        assert partition(found(shuffled, taught)) == partition(plain[0])

    def test_raising_the_dial_never_adds_a_match(self, town, taught, plain):
        loose = partition(plain[0])
        strict = partition(found(town, taught, precision_recall_tradeoff=0.95))

        assert all(any(cluster <= other for other in loose) for cluster in strict)

    def test_enforced_labels_hold_where_the_apprentice_knows_better(self, town, taught):
        _labels, matcher = taught
        records = town.drop(columns="entity")
        twins = next(g for _, g in town.groupby("entity")["record_id"] if len(g) > 2).tolist()[:2]
        strangers = town.drop_duplicates("entity")["record_id"].iloc[[300, 500]].tolist()
        said = pd.DataFrame(
            {
                "labeling_set_id": ["apart", "apart", "together", "together"],
                "record_id": [*twins, *strangers],
                "label": ["A", "B", "C", "C"],
            }
        )
        options = replace(GLANCING, enforce_provided_labels=True)

        matches = find_matches(records, matcher, said, options, silent)

        match_id = matches.set_index("record_id")["match_id"]
        assert match_id[twins[0]] != match_id[twins[1]]
        assert match_id[strangers[0]] == match_id[strangers[1]]


class TestApprentice:
    def test_leaves_everything_to_the_matcher_if_it_saw_too_little(self):
        apprentice = Apprentice.of(
            np.zeros((20, 2), np.float32), np.full(20, 0.9, np.float32), np.arange(20) < 10
        )

        assert apprentice.doubts(apprentice(np.ones((5, 2), np.float32))).all()

    def test_doubts_more_where_it_cannot_see_what_the_matcher_sees(self):
        rng = np.random.default_rng(1)
        values = rng.random((3_000, 2)).astype(np.float32)
        half = np.arange(3_000) % 2 == 0
        plain = (values[:, 0] > 0.5).astype(np.float32)
        hidden = np.where(rng.random(3_000) < 0.3, 1 - plain, plain).astype(np.float32)

        assert Apprentice.of(values, plain, half).doubt < 1
        assert Apprentice.of(values, hidden, half).doubt > 1


class TestLikeness:
    def test_sees_equal_swapped_and_missing_values(self):
        columns = [ColumnProfile("first", "text"), ColumnProfile("last", "text")]
        rows = pd.DataFrame(
            {"first": ["Anna", "anna", "Meyer", None], "last": ["Meyer", "Mayer", "Anna", "Mayer"]}
        )
        texts = [[cell and cell.lower() for cell in rows[c.name]] for c in columns]
        hashes = HashedColumns.of(rows, columns).cells

        def cells(chosen):
            rarity = np.ones(len(chosen), np.float32)
            return [
                Cells(hashes[chosen, i], rarity, np.array(chosen), pa.array(texts[i]))
                for i in range(2)
            ]

        same = np.zeros(3, dtype=bool)
        near, swapped, missing = likeness(cells([0, 0, 0]), cells([1, 2, 3]), same)

        assert near[:3].tolist() == [1, 1, 1]
        assert near[3] == 0
        assert near[5] == pytest.approx(0.8)
        assert swapped[-2] == 2
        assert near[-2] == 0
        assert np.isnan(missing[:3]).all()
        assert not np.isnan(missing[3:6]).any()
