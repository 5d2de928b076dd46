"""Clusters of rows by average linkage over every pair inside a component."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from scipy.cluster.hierarchy import linkage
from scipy.spatial.distance import squareform

from glueml_core.matching.arrays import Floats, Mask, Positions
from glueml_core.matching.components import components
from glueml_core.matching.links import Links
from glueml_core.matching.pair_values import look_up

__all__ = ["LARGE_GROUP", "Clusters", "ScorePairs", "cluster_rows", "confidence_alone"]

ScorePairs: TypeAlias = Callable[[Positions, Positions], Floats]
Members: TypeAlias = tuple[int, ...]

# From measurements: one mean of so many pairs, wrong together if at all, decides about more than
# few labels have shown.
LARGE_GROUP = 10
# Distance of rows that must not match: no average that contains it comes under any threshold.
_APART = 1e6
# All other distances lie between 1 and 2: rows that must match merge before all others.
_TOGETHER = 0.0


@dataclass(frozen=True)
class Clusters:
    """
    Which rows belong together.

    Args:
        cluster: Number of each row's cluster, shape (n_rows,).
        confidence: How well each row's cluster holds together, in [0, 1], shape (n_rows,): mean
            probability of its pairs; of a row alone, that its likeliest match is none.
    """

    cluster: Positions
    confidence: Floats


def cluster_rows(
    left: Positions,
    right: Positions,
    probability: Floats,
    score_pairs: ScorePairs,
    threshold: float,
    links: Links,
    wanted: Mask | None = None,
    large_merges: ScorePairs | None = None,
) -> Clusters:
    """
    Cut the dendrogram of every component where the mean probability falls below the threshold.

    The dendrograms do not depend on the threshold, so clusters at a higher one always lie inside
    clusters at a lower one.

    Args:
        left: Lower row of each candidate pair.
        right: Its other row.
        probability: Their match probability.
        score_pairs: Gives the probability of pairs that blocking did not find.
        threshold: Match probability from which rows belong together.
        links: What labels force.
        wanted: Rows whose clusters are asked for, shape (n_rows,); all if left out. Rows that have
            none of them in their component stay alone.
        large_merges: Gives the probability whose mean must reach the threshold, too, where two
            groups of `LARGE_GROUP` rows or more are to merge; left out, the other is enough.
    """
    row_count = len(links.group)
    cluster = np.arange(row_count)
    confidence = confidence_alone(left, right, probability, row_count)
    parts = components(left, right, probability, links, threshold)
    if wanted is not None:
        parts = [rows for rows in parts if wanted[rows].any()]
    for rows, chance in _complete(parts, left, right, probability, score_pairs, links):
        flat = _cut(rows, chance, threshold, links, large_merges)
        for number in np.unique(flat):
            members = np.flatnonzero(flat == number)
            cluster[rows[members]] = rows[members].min()
            if len(members) > 1:
                confidence[rows[members]] = _cohesion(chance[np.ix_(members, members)])
    return Clusters(cluster, confidence)


def confidence_alone(
    left: Positions, right: Positions, probability: Floats, row_count: int
) -> Floats:
    """Confidence of each row if it has no company: that its likeliest match is none, (n_rows,)."""
    likeliest = np.zeros(row_count, dtype=np.float32)
    np.maximum.at(likeliest, left, probability)
    np.maximum.at(likeliest, right, probability)
    return 1 - likeliest


def _complete(
    parts: list[Positions],
    left: Positions,
    right: Positions,
    probability: Floats,
    score_pairs: ScorePairs,
    links: Links,
) -> list[tuple[Positions, Floats]]:
    """Each part's rows with every pair's probability, shape (n, n), 1 where decided."""
    size = int(max(left.max(initial=-1), right.max(initial=-1))) + 1
    known = left * size + right
    grids = [np.triu_indices(len(rows), 1) for rows in parts]
    pairs_l = [rows[grid[0]] for rows, grid in zip(parts, grids, strict=True)]
    pairs_r = [rows[grid[1]] for rows, grid in zip(parts, grids, strict=True)]
    all_l = np.concatenate([*pairs_l, np.empty(0, np.int64)])
    all_r = np.concatenate([*pairs_r, np.empty(0, np.int64)])
    found, chance = look_up(known, probability.astype(np.float32), all_l * size + all_r)
    decided = links.decided(all_l, all_r)
    chance[decided] = 1
    missing = ~found & ~decided
    chance[missing] = score_pairs(all_l[missing], all_r[missing])

    squares, start = [], 0
    for rows, grid in zip(parts, grids, strict=True):
        square = np.ones((len(rows), len(rows)), dtype=np.float32)
        square[grid] = chance[start : start + len(grid[0])]
        square.T[grid] = square[grid]
        squares.append((rows, square))
        start += len(grid[0])
    return squares


def _cut(
    rows: Positions,
    chance: Floats,
    threshold: float,
    links: Links,
    large_merges: ScorePairs | None,
) -> Positions:
    if len(rows) == 1:
        return np.zeros(1, dtype=np.int64)
    distance = 2 - chance.astype(np.float64)
    group = links.group[rows]
    distance[group[:, None] == group[None, :]] = _TOGETHER
    settled = links.settled[rows]
    both = (settled[:, None] >= 0) & (settled[None, :] >= 0)
    distance[both & (settled[:, None] != settled[None, :])] = _APART
    _part(distance, group, links)
    if len(rows) == 2:
        return np.array([1, 1 if distance[0, 1] <= 2 - threshold else 2])
    np.fill_diagonal(distance, 0)
    return _flat(_tree(distance, rows, 2 - threshold, large_merges), 2 - threshold)


def _tree(
    distance: np.ndarray, rows: Positions, height: float, large_merges: ScorePairs | None
) -> list[list[float]]:
    """
    The dendrogram, in which large groups merge no lower than either probability has them.

    Merges up to a height are judged from the lowest up, and where one is lifted, what stands above
    it is merged anew. So a tree for a lower height is the same as far as it goes.
    """
    tree = _average_linkage(distance)
    judged: set[tuple[Members, Members]] = set()
    while large_merges and (merge := _large_merge(tree, height, judged)):
        judged.add(merge)
        left, right = (np.array(side) for side in merge)
        pairs = np.sort(
            [np.repeat(rows[left], len(right)), np.tile(rows[right], len(left))], axis=0
        )
        likely = float(large_merges(*pairs).mean(dtype=np.float64))
        across = np.ix_(left, right)
        lift = 2 - likely - distance[across].mean()
        if lift > 0:
            distance[across] += lift
            distance.T[across] += lift
            tree = _average_linkage(distance)
    return tree


def _average_linkage(distance: np.ndarray) -> list[list[float]]:
    tree: list[list[float]] = linkage(squareform(distance, checks=False), method="average").tolist()
    return tree


def _large_merge(
    tree: list[list[float]], height: float, judged: Collection[tuple[Members, Members]]
) -> tuple[Members, Members] | None:
    """The lowest merge of two large groups that is not judged yet; what must match never is."""
    members: list[Members] = [(row,) for row in range(len(tree) + 1)]
    for one, other, distance, _ in tree:
        if distance > height:
            return None
        ours, theirs = sorted((members[int(one)], members[int(other)]))
        is_large = min(len(ours), len(theirs)) >= LARGE_GROUP
        if is_large and distance > _TOGETHER and (ours, theirs) not in judged:
            return ours, theirs
        members.append(tuple(sorted(ours + theirs)))
    return None


def _flat(tree: list[list[float]], height: float) -> Positions:
    """What `fcluster` gives, which checks each small tree for longer than it takes to cut it."""
    count = len(tree) + 1
    cluster = list(range(2 * count - 1))
    # Nodes above the leaves are numbered from the lowest up, so that the uppermost come first here.
    for number, (one, other, distance, _) in reversed(list(enumerate(tree, start=count))):
        if distance <= height:
            cluster[int(one)] = cluster[int(other)] = cluster[number]
    return np.array(cluster[:count], dtype=np.int64)


def _part(distance: np.ndarray, group: Positions, links: Links) -> None:
    inside = np.isin(links.apart, group).all(axis=1) if len(links.apart) else np.zeros(0, bool)
    for one, other in links.apart[inside]:
        ours, theirs = np.flatnonzero(group == one), np.flatnonzero(group == other)
        distance[np.ix_(ours, theirs)] = _APART
        distance[np.ix_(theirs, ours)] = _APART


def _cohesion(chance: Floats) -> float:
    count = len(chance)
    return float((chance.sum() - np.trace(chance)) / (count * (count - 1)))
