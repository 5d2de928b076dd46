"""New records placed by an index: as among a table that is at hand as a whole."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from glueml_core.matching import MatchingOptions, find_incremental_matches
from glueml_core.matching.index import MatchedIndex, MemoryShelf, place_new_records
from glueml_core.matching.options import silent

OPTIONS = MatchingOptions(whole_table_rows=0)


@pytest.fixture(scope="module")
def existing(truth):
    """Three records in four, in their true clusters, with ids that have gaps."""
    old = truth.iloc[: 3 * len(truth) // 4]
    return old.drop(columns="entity").assign(match_id=10 * pd.factorize(old["entity"])[0] - 5)


@pytest.fixture(scope="module")
def new(truth):
    return truth.iloc[3 * len(truth) // 4 :].drop(columns="entity").reset_index(drop=True)


@pytest.fixture(scope="module")
def index(existing, taught_in_parts):
    return index_of(existing, taught_in_parts)


def index_of(existing, matcher, shelf=None) -> MatchedIndex:
    return MatchedIndex.of(*split(existing), matcher, OPTIONS, shelf or MemoryShelf())


def split(matched):
    return matched.drop(columns="match_id"), matched["match_id"].to_numpy(np.int64)


def place(index, new, matcher, labels, **changed):
    options = replace(OPTIONS, **changed)
    return place_new_records(index, new, matcher, labels, options, silent)


def same_clusters(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    """Whether two answers about the same records differ in the numbers of clusters at most."""
    both = one.merge(other, on="record_id", validate="1:1")
    pairs = both[["match_id_x", "match_id_y"]].drop_duplicates()
    return pairs["match_id_x"].is_unique and pairs["match_id_y"].is_unique


class TestPlaceNewRecords:
    def test_places_as_reading_all_records_does(
        self, index, existing, new, taught_in_parts, labels
    ):
        matches = place(index, new, taught_in_parts, labels)

        of_all = find_incremental_matches(
            existing, new, taught_in_parts, labels, OPTIONS, silent
        ).iloc[len(existing) :]
        assert matches["record_id"].tolist() == new["record_id"].tolist()
        assert matches["match_id"].tolist() == of_all["match_id"].tolist()
        assert np.allclose(
            matches["match_confidence_score"], of_all["match_confidence_score"], atol=0.05
        )

    def test_does_not_depend_on_the_order_of_rows(
        self, index, existing, new, taught_in_parts, labels
    ):
        shuffled = index_of(existing.sample(frac=1, random_state=1), taught_in_parts)

        matches = place(index, new, taught_in_parts, labels)
        again = place(shuffled, new, taught_in_parts, labels)
        other = place(shuffled, new.sample(frac=1, random_state=2), taught_in_parts, labels)

        pd.testing.assert_frame_equal(matches, again)
        assert same_clusters(matches, other)

    def test_is_the_same_from_a_shelf(self, existing, new, taught_in_parts, labels):
        shelf = MemoryShelf()
        made = index_of(existing, taught_in_parts, shelf)
        opened = MatchedIndex.on([shelf], OPTIONS)

        pd.testing.assert_frame_equal(
            place(made, new, taught_in_parts, labels), place(opened, new, taught_in_parts, labels)
        )

    def test_refuses_a_record_that_is_there(self, index, existing, taught_in_parts, labels):
        known = existing.drop(columns="match_id").iloc[[7]]

        with pytest.raises(ValueError, match=f"{known['record_id'].iloc[0]} is in both tables"):
            place(index, known, taught_in_parts, labels)

    def test_places_nothing(self, index, new, taught_in_parts, labels):
        assert place(index, new.iloc[:0], taught_in_parts, labels).empty

    def test_enforced_labels_tie_a_new_record_to_one_far_away(
        self, index, existing, new, taught_in_parts
    ):
        """And keep it from where it would go; labels of records that nobody knows are none."""
        ids = [existing["record_id"].iloc[0], new["record_id"].iloc[0], "nobody"]
        said = pd.DataFrame({"labeling_set_id": "said", "record_id": ids, "label": "same"})
        free = place(index, new, taught_in_parts, said)["match_id"].iloc[0]

        tied = place(index, new, taught_in_parts, said, enforce_provided_labels=True)

        assert tied["match_id"].iloc[0] == existing["match_id"].iloc[0]
        assert free != existing["match_id"].iloc[0]

    def test_enforced_labels_keep_copies_apart(self, index, existing, taught_in_parts):
        copy = existing.drop(columns="match_id").iloc[[3]].assign(record_id="copy")
        ids = [existing["record_id"].iloc[3], "copy"]
        said = pd.DataFrame({"labeling_set_id": "s", "record_id": ids, "label": ["a", "b"]})

        together = place(index, copy, taught_in_parts, said)
        apart = place(index, copy, taught_in_parts, said, enforce_provided_labels=True)

        assert together["match_id"].iloc[0] == existing["match_id"].iloc[3]
        assert apart["match_id"].iloc[0] > existing["match_id"].max()


class TestWithRecords:
    def test_batch_after_batch_finds_the_clusters(
        self, index, existing, new, truth, taught_in_parts, labels
    ):
        grown, placed = index, []
        for start in range(0, len(new), 10):
            batch = new.iloc[start : start + 10].reset_index(drop=True)
            matches = place(grown, batch, taught_in_parts, labels)
            ids = matches["match_id"].to_numpy()
            assert not set(ids[ids >= grown.fresh_id]) & set(existing["match_id"])
            grown = grown.with_records(batch, ids, taught_in_parts, MemoryShelf())
            placed.append(matches)

        at_once = place(index, new, taught_in_parts, labels)
        assert len(grown) == len(existing) + len(new)
        assert len(grown.segments) <= 4
        together = pd.concat(placed, ignore_index=True)
        agreeing = together.merge(at_once, on="record_id")
        agreeing = agreeing[agreeing["match_id_y"] < index.fresh_id]
        assert (agreeing["match_id_x"] == agreeing["match_id_y"]).mean() > 0.95
        entity = truth.set_index("record_id")["entity"]
        of_entity = pd.concat([existing, together])[["record_id", "match_id"]]
        of_entity = of_entity.assign(entity=of_entity["record_id"].map(entity))
        assert of_entity.groupby("entity")["match_id"].nunique().mean() < 1.05
        assert of_entity.groupby("match_id")["entity"].nunique().mean() < 1.05

    def test_equal_records_are_one_row_in_whatever_segments(
        self, index, existing, taught_in_parts, labels
    ):
        """A record that comes again day after day must not fill its own blocks."""
        record = existing.drop(columns="match_id").iloc[[0]]
        home = existing["match_id"].iloc[0]
        grown = index
        for day in range(60):
            copy = record.assign(record_id=f"copy {day}")
            grown = grown.with_records(copy, np.array([home]), taught_in_parts, MemoryShelf())

        match_id = place(grown, record.assign(record_id="last"), taught_in_parts, labels)[
            "match_id"
        ]

        assert match_id.tolist() == [home]
        assert sum(segment.row_count for segment in grown.segments) == index.segments[0].row_count
