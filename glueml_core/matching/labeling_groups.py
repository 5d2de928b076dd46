"""Groups of rows that a person can judge together, and that teach much."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from glueml_core.matching.arrays import Floats, Mask, Positions
    from glueml_core.matching.pair_graph import PairGraph

__all__ = ["GroupBuilder"]

# Every so manieth row of a doubtful group is the likely match of the one before it.
_PARTNER_EVERY = 3
# Of the rows of a doubtful group, the share that may be of one cluster: they ask the same again.
_MOST_OF_A_CLUSTER = 0.4


@dataclass
class GroupBuilder:
    """
    Builds one group after another, from rows that are in none yet.

    Args:
        graph: The candidate pairs.
        likeness: How alike each pair is, in [0, 1], shape (n_pairs,).
        free: Rows that may be chosen, shape (n_rows,); changed in place as rows are chosen.
        size: Rows in a group; fewer where no neighbour is left.
    """

    graph: PairGraph
    likeness: Floats
    free: Mask
    size: int
    crowd: Positions = field(init=False)
    """How often each row was a neighbour of a chosen one, shape (n_rows,)."""

    def __post_init__(self) -> None:
        self.crowd = np.zeros(len(self.free), dtype=np.int64)

    def from_near_to_far(self, seeds: Sequence[int]) -> list[int]:
        """
        A group of the seeds, neighbours at growing distance, and the best match of each of these.

        Neighbours alone would all match where clusters are large, and none where matches are
        rare; the distance grows by ratio, so that it crosses the boundary wherever that lies.
        """
        group: list[int] = []
        self._take(group, seeds)
        far_picks = max(self.size - len(seeds) - 2, 1)
        while len(group) < self.size and len(pool := self._pool(seeds, group)):
            share = min((len(group) - len(seeds)) / far_picks, 1.0)
            pick = pool[round(len(pool) ** share) - 1]
            self._take(group, [pick])
            self._take(group, self._free_neighbours([pick])[:1])
        return group

    def in_doubt(self, seeds: Sequence[int], doubt: Floats, cluster: Positions) -> list[int]:
        """
        A group of the seeds and rows that are in doubt with many of the group.

        Args:
            seeds: The first rows.
            doubt: What is to be learned from each pair, at least 0, shape (n_pairs,).
            cluster: The cluster each row is in now, shape (n_rows,). Rows of one cluster ask the
                same question of a newcomer, so they count once, and few of them come.
        """
        group: list[int] = []
        self._take(group, seeds)
        while len(group) < self.size:
            welcome = self._welcome(group, cluster)
            if len(group) % _PARTNER_EVERY == _PARTNER_EVERY - 1:
                near = self._free_neighbours([group[-1]])
                picks = near[welcome[near]][:1]
            else:
                picks = self._most_in_doubt(group, doubt, cluster, welcome)
            picks = picks if len(picks) else self._free_neighbours(group)[:1]
            if not len(picks):
                break
            self._take(group, picks)
        return group

    def _pool(self, seeds: Sequence[int], group: list[int]) -> Positions:
        """Where to look next: around the seeds, then around whoever is in the group."""
        near = self._free_neighbours(seeds)
        return near if len(near) else self._free_neighbours(group)

    def _welcome(self, group: list[int], cluster: Positions) -> Mask:
        """Free rows of clusters that the group has few rows of, shape (n_rows,)."""
        most = max(round(self.size * _MOST_OF_A_CLUSTER), 2)
        held = np.bincount(cluster[group], minlength=int(cluster.max()) + 1)
        return np.asarray(self.free & (held < most)[cluster])

    def _most_in_doubt(
        self, group: list[int], doubt: Floats, cluster: Positions, welcome: Mask
    ) -> Positions:
        asked: dict[int, dict[int, float]] = {}
        for member in group:
            rows, pairs = self.graph.neighbours(member)
            own = int(cluster[member])
            chosen = welcome[rows]
            for row, worth in zip(rows[chosen], doubt[pairs][chosen], strict=True):
                questions = asked.setdefault(int(row), {})
                questions[own] = max(questions.get(own, 0.0), float(worth))
        best = sorted(asked, key=lambda row: (-sum(asked[row].values()), row))
        return np.array(best[:1], dtype=np.int64)

    def _free_neighbours(self, members: Sequence[int]) -> Positions:
        """Free rows paired with any of some rows, the most alike first."""
        paired = [self.graph.neighbours(member) for member in members]
        rows = np.concatenate([rows for rows, _ in paired])
        likeness = np.concatenate([self.likeness[pairs] for _, pairs in paired])
        order = np.lexsort((rows, -likeness))
        order = order[self.free[rows[order]]]
        _, first = np.unique(rows[order], return_index=True)
        return np.asarray(rows[order][np.sort(first)])

    def _take(self, group: list[int], rows: Iterable[int]) -> None:
        for row in rows:
            if len(group) < self.size and self.free[row]:
                group.append(int(row))
                self.free[row] = False
                self.crowd[self.graph.neighbours(int(row))[0]] += 1
