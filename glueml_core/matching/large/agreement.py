"""How much it tells that two rows agree on some columns."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from glueml_core.matching.large.hashing import MISSING, row_hashes

__all__ = ["PER_NAT", "Agreement", "Key", "News", "rarity_sql"]

Key: TypeAlias = tuple[int, ...]
"""Positions of one or two columns."""

# Evidence is counted in whole thousandths of a nat, so that engines cannot differ in rounding.
PER_NAT = 1000
# Chance partners of a row, below which a column identifies and needs no other beside it.
_IDENTIFYING = 0.5
# A column that another one nearly determines adds nothing to it in a key.
_DETERMINED = 0.7
_MIN_REDUNDANCY = 300


class News(NamedTuple):
    """
    What a column that agrees tells beyond the rarer ones.

    Args:
        column: Its position.
        told_by: Rarer columns, and how much of it each tells if it agrees too, in thousandths of a
            nat.
    """

    column: int
    told_by: list[tuple[int, int]]


@dataclass(frozen=True)
class Agreement:
    """
    How often two rows of a table agree by chance.

    Args:
        row_count: Distinct rows of the table.
        chance: Probability that two random rows agree on a column, shape (n_columns,).
        both: The same for two columns at once, shape (n_columns, n_columns); its diagonal is
            `chance`.
    """

    row_count: int
    chance: NDArray[np.float64]
    both: NDArray[np.float64]

    @classmethod
    def of(cls, sample: NDArray[np.int64], row_count: int) -> Agreement:
        """
        Estimate from a random sample of a table's distinct rows.

        Args:
            sample: Cell hashes, shape (n_sampled, n_columns).
            row_count: Distinct rows of the whole table.
        """
        count = sample.shape[1]
        both = np.zeros((count, count))
        for i in range(count):
            both[i, i] = _collisions(sample[:, [i]])
        for i, j in combinations(range(count), 2):
            both[i, j] = both[j, i] = _collisions(sample[:, [i, j]])
        return cls(row_count, np.diag(both).copy(), both)

    def min_evidence(self, margin: float) -> int:
        """
        What a pair must tell to be a candidate, in thousandths of a nat.

        With as much evidence as ln(rows), a row agrees with one other by chance, and chance pairs
        begin to connect the whole table; the margin, in nats, keeps clear of that.
        """
        return round(PER_NAT * (math.log(max(self.row_count, 1)) + margin))

    def keys(self, max_block_size: int) -> list[Key]:
        """
        Single columns, and pairs of columns chosen before any block is seen, to join on.

        Columns that identify are not paired with others; pairs whose blocks would be too large, or
        of which one column says it all, are left out.
        """
        partners = self.both * self.row_count
        single = [(i,) for i in range(len(self.chance)) if partners[i, i] <= 4 * max_block_size]
        vague = [i for i in range(len(self.chance)) if partners[i, i] >= _IDENTIFYING]
        pairs = [
            (i, j)
            for i, j in combinations(vague, 2)
            if partners[i, j] <= max_block_size
            and self.both[i, j] < _DETERMINED * min(self.chance[i], self.chance[j])
        ]
        return [*single, *pairs]

    @property
    def news(self) -> list[News]:
        """What each column tells, those first that agree by chance most rarely."""
        rarest_first = np.argsort(self.chance, kind="stable").tolist()
        return [
            News(column, self._told_by(column, rarest_first[:position]))
            for position, column in enumerate(rarest_first)
        ]

    def _told_by(self, column: int, rarer: list[int]) -> list[tuple[int, int]]:
        redundant = [(other, self._redundancy(column, other)) for other in rarer]
        return [(other, amount) for other, amount in redundant if amount >= _MIN_REDUNDANCY]

    def evidence_sql(self, left: str, right: str) -> str:
        """
        Evidence of a pair as an SQL expression that every engine reads.

        Each column that agrees counts by the rarity of its value, less what a rarer column that
        agrees as well has told already: a postcode tells the city.

        Args:
            left: Alias of a row with columns `h0`, `h1`, … (hashes) and `w0`, `w1`, … (rarity in
                thousandths of a nat).
            right: Alias of the other row.
        """
        return " + ".join(_news_sql(news, left, right) for news in self.news)

    def _redundancy(self, one: int, other: int) -> int:
        """What agreement on one column tells about the other, in thousandths of a nat."""
        independent = self.chance[one] * self.chance[other]
        if not independent or not self.row_count:
            return 0
        # Duplicates agree on everything; about one a row must not pass for dependence.
        chance = max(self.both[one, other] - 1 / self.row_count, independent)
        return round(PER_NAT * float(np.log(chance / independent)))


def _news_sql(news: News, left: str, right: str) -> str:
    told = [
        f"CASE WHEN {left}.h{other} = {right}.h{other} THEN {amount} ELSE 0 END"
        for other, amount in news.told_by
    ]
    tells = f"{left}.w{news.column}"
    if told:
        tells = f"greatest(0, {tells} - greatest(0, {', '.join(told)}))"
    return f"CASE WHEN {left}.h{news.column} = {right}.h{news.column} THEN {tells} ELSE 0 END"


def rarity_sql(count: str, row_count: int) -> str:
    """Rarity of a value that `count` of the rows have, in thousandths of a nat, as SQL."""
    return f"CAST(round({PER_NAT} * ln({row_count}.0 / {count})) AS integer)"


def _collisions(cells: NDArray[np.int64]) -> float:
    """Probability that two random rows have, and agree on, all the columns."""
    present = cells[(cells != MISSING).all(axis=1)]
    if len(cells) < 2:
        return 0.0
    _, counts = np.unique(row_hashes(present), return_counts=True)
    pairs = (counts.astype(np.float64) * (counts - 1)).sum()
    return float(pairs / (len(cells) * (len(cells) - 1.0)))
