"""Labels as links that the output must keep."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from pandera.typing import DataFrame

from glueml_core.matching.arrays import Mask, Positions
from glueml_core.matching.rows import DistinctRows
from glueml_core.schemas import Labels

__all__ = ["Links", "label_links"]


@dataclass(frozen=True)
class Links:
    """
    What must hold whatever the model says.

    Args:
        group: Rows with the same number must match, shape (n_rows,).
        apart: Pairs of groups that must not, shape (n_pairs, 2).
        settled: Existing cluster of each row, -1 if it has none, shape (n_rows,). Rows of different
            existing clusters must not match; rows of one are in one group.
        contradicted: How many labels were left out because later ones, or existing clusters,
            contradict them.
    """

    group: Positions
    apart: Positions
    settled: Positions
    contradicted: int = 0

    @classmethod
    def none(cls, row_count: int) -> Links:
        """Every row free."""
        alone = np.arange(row_count, dtype=np.int64)
        return cls(alone, np.empty((0, 2), np.int64), np.full(row_count, -1, dtype=np.int64))

    def decided(self, left: Positions, right: Positions) -> Mask:
        """Which pairs of rows need no probability, because they must match or must not."""
        together = self.group[left] == self.group[right]
        return np.asarray(together | ((self.settled[left] >= 0) & (self.settled[right] >= 0)))


def label_links(
    labels: DataFrame[Labels], table: DistinctRows, settled: Positions | None = None
) -> Links:
    """
    The links that labels ask for; where two labels contradict each other, the later one holds.

    Args:
        labels: In the order in which they were given.
        table: Rows in which labeled records stand alone, even if another record says the same.
        settled: Existing cluster of each row, -1 if it has none; no label can change these.
    """
    settled = np.full(len(table), -1, dtype=np.int64) if settled is None else settled
    forest = _Forest(settled)
    contradicted = 0
    for left, right, is_match in _statements(labels, table):
        contradicted += not (forest.join(left, right) if is_match else forest.part(left, right))
    group = np.array([forest.root(row) for row in range(len(table))], dtype=np.int64)
    apart = sorted({(min(a, b), max(a, b)) for a, others in forest.foes.items() for b in others})
    pairs = np.array(apart, dtype=np.int64).reshape(-1, 2)
    return Links(group, pairs, settled, contradicted)


def _statements(labels: DataFrame[Labels], table: DistinctRows) -> Iterator[tuple[int, int, bool]]:
    """Pairs of rows and what was said of them, the latest labeling set first, matches first."""
    frame = labels.assign(row=table.rows_of(labels["record_id"]))
    sets = [members for _, members in frame.groupby("labeling_set_id", sort=False)]
    for members in reversed(sets):
        rows, said = members["row"].to_numpy(), members["label"].to_numpy()
        pairs = [(i, j) for i in range(len(rows)) for j in range(i)]
        for same in (True, False):
            for i, j in pairs:
                if (said[i] == said[j]) == same:
                    yield int(rows[i]), int(rows[j]), same


class _Forest:
    """Disjoint sets that remember which others they must not be joined with."""

    def __init__(self, settled: Positions) -> None:
        self._parent = list(range(len(settled)))
        self._settled = settled.tolist()
        self.foes: dict[int, set[int]] = {}
        first_of: dict[int, int] = {}
        for row in np.flatnonzero(settled >= 0).tolist():
            self._parent[row] = first_of.setdefault(self._settled[row], row)

    def root(self, node: int) -> int:
        while self._parent[node] != node:
            self._parent[node] = self._parent[self._parent[node]]
            node = self._parent[node]
        return node

    def join(self, one: int, other: int) -> bool:
        """Whether the two may be, and now are, together."""
        low, high = sorted((self.root(one), self.root(other)))
        if low == high:
            return True
        if high in self.foes.get(low, ()) or min(self._settled[low], self._settled[high]) >= 0:
            return False
        self._parent[high] = low
        self._settled[low] = max(self._settled[low], self._settled[high])
        for foe in self.foes.pop(high, set()):
            self.foes[foe].discard(high)
            self._oppose(low, foe)
        return True

    def part(self, one: int, other: int) -> bool:
        """Whether the two may be, and now are, apart for good."""
        low, high = sorted((self.root(one), self.root(other)))
        if low == high:
            return False
        self._oppose(low, high)
        return True

    def _oppose(self, one: int, other: int) -> None:
        self.foes.setdefault(one, set()).add(other)
        self.foes.setdefault(other, set()).add(one)
