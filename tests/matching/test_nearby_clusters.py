"""The clusters of some rows, found without looking at the whole table."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from glueml_core.matching import MatchingOptions
from glueml_core.matching.blocking import RowPairs
from glueml_core.matching.clustering import Clusters, cluster_rows
from glueml_core.matching.comparison import compare
from glueml_core.matching.links import Links
from glueml_core.matching.nearby_clusters import together_nearby
from glueml_core.matching.scoring import Scoring
from glueml_core.matching.table_clusters import TableClusters
from tests.matching.crowds import crowds


@dataclass
class Chances:
    """Scores pairs by a function, and tells what it was asked for."""

    comparison: SimpleNamespace
    chance: object
    asked: list[int] = field(default_factory=list)
    others: list[int] = field(default_factory=list)

    def some_candidates(self, chosen: np.ndarray) -> np.ndarray:
        self.asked += chosen.tolist()
        pairs = self.comparison.candidates
        return self.chance(pairs.left[chosen], pairs.right[chosen])

    def __call__(self, left: np.ndarray, right: np.ndarray) -> np.ndarray:
        """Of pairs that are no candidates; the rows of all of them are kept in `others`."""
        self.others += [*left.tolist(), *right.tolist()]
        return self.chance(left, right)

    def clusters(self, probability, threshold, links, wanted=None) -> Clusters:
        """As a matcher that may merge groups of any size."""
        pairs = self.comparison.candidates
        return cluster_rows(pairs.left, pairs.right, probability, self, threshold, links, wanted)

    @property
    def whole(self) -> np.ndarray:
        """Each row's cluster when the whole table is clustered."""
        pairs, rows = self.comparison.candidates, len(self.comparison.table)
        chance = self.chance(pairs.left, pairs.right)
        return self.clusters(chance, 0.5, Links.none(rows)).cluster


class Table(list):
    """Rows that stand for one record each."""

    @property
    def row_of(self) -> np.ndarray:
        return np.array(self)


def chances_of(*sizes: int) -> Chances:
    """Entities of these sizes, each of whose records is a candidate with a stranger besides."""
    pairs = [crowds(*sizes), (np.arange(sum(sizes) - 1000), np.arange(1000, sum(sizes)))]
    left, right = (np.concatenate(ends) for ends in zip(*pairs, strict=True))
    entity = np.repeat(np.arange(len(sizes)), sizes)

    def chance(left: np.ndarray, right: np.ndarray) -> np.ndarray:
        return np.where(entity[left] == entity[right], 0.9, 0.01).astype(np.float32)

    order = np.lexsort((right, left))
    candidates = RowPairs(left[order], right[order], np.ones(len(left), dtype=bool))
    table = Table(range(sum(sizes)))
    return Chances(SimpleNamespace(candidates=candidates, table=table), chance)


@pytest.fixture(scope="module")
def scoring(records, matcher):
    """A table in which some say the same."""
    again = records.head(50).assign(record_id=lambda frame: frame["record_id"] + "-again")
    table = pd.concat([records, again], ignore_index=True)
    return Scoring(matcher, compare(table, MatchingOptions(), matcher.columns))


@pytest.mark.parametrize("threshold", [0.05, 0.3, 0.7, 0.97])
@pytest.mark.parametrize("count", [1, 30, 200])
def test_pairs_are_together_as_in_the_whole_table(scoring, threshold, count):
    rng = np.random.default_rng(count)
    near = scoring.comparison.candidates.take(
        rng.choice(len(scoring.comparison.candidates), count, replace=False)
    )
    left, right = np.append(near.left, near.left), np.append(near.right, near.left)

    found = together_nearby(left, right, scoring, threshold)

    whole = TableClusters(scoring.comparison, scoring, threshold)
    assert np.array_equal(found, whole.together(left, right))


def test_what_is_far_from_the_rows_is_not_scored():
    chances = chances_of(*[5] * 400)
    rows = np.arange(20)

    together = together_nearby(rows[:-1], rows[1:], chances, 0.5)

    assert together.tolist() == [row % 5 != 4 for row in range(19)]
    assert len(chances.asked) == len(set(chances.asked)) < 100


@pytest.mark.parametrize("first", [0, 500, 950])
def test_groups_too_large_to_stay_whole_are_split_as_in_the_whole_table(first):
    chances = chances_of(500, 450, 600)
    left, right = np.triu_indices(450, 1)

    together = together_nearby(first + left, first + right, chances, 0.5)

    group = {0: range(500), 500: range(500, 950), 950: range(950, 1550)}[first]
    assert set(chances.others) <= set(group)
    whole = chances.whole
    assert np.array_equal(together, whole[first + left] == whole[first + right])
    assert len(np.unique(whole)) > 3  # the largest would be whole if it were alone
