"""Candidate pairs of a large table, by joins on sorted keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from glueml_core.matching.arrays import Mask, Positions
from glueml_core.matching.cores import on_all_cores
from glueml_core.matching.large.agreement import Agreement, Key
from glueml_core.matching.large.blocks import Blocks
from glueml_core.matching.large.effort import JoinEffort
from glueml_core.matching.large.evidence import Evidence
from glueml_core.matching.large.table import LargeTable

__all__ = ["Candidates", "candidates_of"]

# Rows whose pairs tell how many all rows will have.
_SAMPLED_ROWS = 5_000
# Pairs, some of them found by several keys, that are put in order at one time.
_PAIRS_AT_ONCE = 2_000_000


@dataclass(frozen=True)
class Candidates:
    """
    Pairs of rows that agree on more than chance lets a row agree with any other.

    Args:
        left: Lower row of each pair, shape (n_pairs,).
        right: Its other row.
        evidence: What their agreement tells, in thousandths of a nat.
    """

    left: Positions
    right: Positions
    evidence: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.left)

    def take(self, chosen: Mask) -> Candidates:
        """Some of the pairs."""
        return Candidates(self.left[chosen], self.right[chosen], self.evidence[chosen])


def candidates_of(
    table: LargeTable,
    agreement: Agreement,
    effort: JoinEffort,
    seeds: Mask | None = None,
    progress: Callable[[float], None] = lambda share: None,
    expect: Callable[[int], None] | None = None,
) -> Candidates:
    """
    Join the rows on every key and keep the pairs with enough evidence.

    Args:
        table: Distinct rows.
        agreement: Chooses the keys and weighs agreements.
        effort: Bounds the rows that may share a key (larger blocks are left out, never cut finer)
            and the evidence that is asked for.
        seeds: Rows of which at least one must be in each pair, shape (n_rows,); all rows if left
            out. The joins cost as these rows, not as all.
        progress: Told the share of the joins done.
        expect: Told beforehand about how many pairs all rows have, as those of some rows have it;
            may raise what ends the work.
    """
    joins = _Joins(
        Blocks.of(table.joined, effort.max_block_size),
        Evidence.of(table.joined, agreement),
        agreement.min_evidence(effort.evidence_margin),
        agreement.keys(effort.max_block_size),
    )
    if expect is not None:
        expect(joins.expected())
    return joins.all(seeds, progress)


@dataclass(frozen=True)
class _Joins:
    blocks: Blocks
    evidence: Evidence
    min_evidence: int
    keys: list[Key]

    @property
    def row_count(self) -> int:
        return len(self.evidence.codes)

    def expected(self) -> int:
        # Rows stand in random order.
        sampled = np.arange(self.row_count) < _SAMPLED_ROWS
        share = min(_SAMPLED_ROWS / max(self.row_count, 1), 1.0)
        # A pair is found by either of its rows.
        return round(len(self._found(sampled)) / max(2 * share - share**2, 1e-9))

    def all(self, seeds: Mask | None, progress: Callable[[float], None]) -> Candidates:
        found = self._found(seeds, progress)
        left, right = np.divmod(found, max(self.row_count, 1))
        return Candidates(left, right, self.evidence(left, right))

    def _found(
        self, seeds: Mask | None, progress: Callable[[float], None] = lambda share: None
    ) -> NDArray[np.int64]:
        """Each pair as one number, in ascending order."""
        by_key = on_all_cores(partial(self._of_key, seeds=seeds), self.keys)
        return _distinct(_followed(by_key, len(self.keys), progress))

    def _of_key(self, key: Key, seeds: Mask | None) -> NDArray[np.int64]:
        found = [np.empty(0, np.int64)]
        for left, right in self.blocks.pairs(key, seeds):
            enough = self.evidence(left, right) >= self.min_evidence
            if seeds is not None:
                enough &= seeds[left] | seeds[right]
            one, other = left[enough], right[enough]
            found.append(np.minimum(one, other) * self.row_count + np.maximum(one, other))
        return np.concatenate(found)


def _followed(
    parts: Iterable[NDArray[np.int64]], count: int, progress: Callable[[float], None]
) -> Iterator[NDArray[np.int64]]:
    for done, part in enumerate(parts, start=1):
        yield part
        progress(done / count)


def _distinct(parts: Iterable[NDArray[np.int64]]) -> NDArray[np.int64]:
    """The numbers of all parts, each once, in ascending order."""
    found, waiting = np.empty(0, np.int64), [np.empty(0, np.int64)]
    for part in parts:
        waiting.append(part)
        # A pair comes by many keys: without this, all its copies would be there at once.
        if sum(map(len, waiting)) > max(_PAIRS_AT_ONCE, len(found)):
            found, waiting = _united(found, *waiting), []
    return _united(found, *waiting)


def _united(*parts: NDArray[np.int64]) -> NDArray[np.int64]:
    # Sorted by the processor's widest registers, several times as fast as np.unique, which hashes.
    numbers = np.sort(np.concatenate(parts))
    return numbers[np.diff(numbers, prepend=-1) > 0]
