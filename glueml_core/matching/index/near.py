"""Candidate pairs of new rows: with each other, and with the rows of an index."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glueml_core.matching.arrays import Positions
from glueml_core.matching.cores import on_all_cores
from glueml_core.matching.index.segment import Segment, keyed_rows
from glueml_core.matching.large.agreement import Agreement, Key
from glueml_core.matching.large.candidates import Candidates
from glueml_core.matching.large.effort import JoinEffort
from glueml_core.matching.large.evidence import Evidence, text_rarities
from glueml_core.matching.large.hashing import MISSING, row_hashes

__all__ = ["AllRows", "near_pairs"]

# New rows whose blocks are in memory at one time.
_ROWS_AT_ONCE = 10_000


@dataclass(frozen=True)
class AllRows:
    """
    The rows of an index and, below them, new ones, numbered through.

    Args:
        segments: Those of the index, and one with the new records.
    """

    segments: tuple[Segment, ...]

    @cached_property
    def starts(self) -> Positions:
        """The number of each segment's first row; at the end, how many rows there are."""
        return np.cumsum([0, *(len(segment.contents) for segment in self.segments)])

    @property
    def first_new(self) -> int:
        """The number of the first new row."""
        return int(self.starts[-2])

    def of(self, part: str, rows: Positions) -> NDArray[Any]:
        """What some rows have of `contents`, `cells` or `row_match_ids`."""
        arrays = [getattr(segment, part) for segment in self.segments]
        where = self.starts.searchsorted(rows, side="right") - 1
        taken = np.empty((len(rows), *arrays[0].shape[1:]), dtype=arrays[0].dtype)
        for number, array in enumerate(arrays):
            at = where == number
            taken[at] = array[rows[at] - self.starts[number]]
        return taken

    def counts(self, column: int, texts: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many rows have each of a column's texts, told by their hashes."""
        hashes = row_hashes(texts)
        ranges = [segment.keys[column,].find(hashes) for segment in self.segments]
        counts: NDArray[np.int64] = np.sum([ends - starts for starts, ends in ranges], axis=0)
        return counts


def near_pairs(
    rows: AllRows, agreement: Agreement, keys: list[Key], effort: JoinEffort
) -> Candidates:
    """
    As `candidates_of` finds them, with the new rows as seeds; reads what is near to these only.

    Args:
        rows: All rows.
        agreement: Weighs agreements.
        keys: Columns that rows are joined on.
        effort: Bounds the rows that may share a key, and the evidence that is asked for.
    """
    row_count = sum(segment.row_count for segment in rows.segments)
    joins = _Joins(rows, replace(agreement, row_count=row_count), keys, effort)
    # One portion at least, be it empty.
    starts = range(rows.first_new, max(int(rows.starts[-1]), rows.first_new + 1), _ROWS_AT_ONCE)
    parts = [joins.of(start, start + _ROWS_AT_ONCE) for start in starts]
    return Candidates(
        np.concatenate([part.left for part in parts]),
        np.concatenate([part.right for part in parts]),
        np.concatenate([part.evidence for part in parts]),
    )


@dataclass(frozen=True)
class _Joins:
    rows: AllRows
    agreement: Agreement
    keys: list[Key]
    effort: JoinEffort

    def of(self, start: int, end: int) -> Candidates:
        """Pairs of the new rows from `start` to `end`; the lower of two new ones finds both."""
        new = slice(start - self.rows.first_new, end - self.rows.first_new)
        cells = self.rows.segments[-1].cells[new]
        by_key = list(on_all_cores(partial(self._of_key, cells), self.keys))
        found = np.unique(np.concatenate(by_key))
        left, right = np.divmod(found, self.rows.starts[-1])
        left += start
        one_way = (right < self.rows.first_new) | (right > left)
        left, right = left[one_way], right[one_way]
        evidence = self._evidence(cells, left - start, right)
        enough = evidence >= self.agreement.min_evidence(self.effort.evidence_margin)
        return Candidates(left, right, evidence).take(enough)

    def _of_key(self, cells: NDArray[np.int64], key: Key) -> NDArray[np.int64]:
        """New rows and those in their blocks, each pair as one number."""
        new, hashes = keyed_rows(cells, key)
        # In order, they are looked up in neighboring pages.
        order = np.argsort(hashes.view(np.uint64))
        new, hashes = new[order], hashes[order]
        postings = [segment.keys[key] for segment in self.rows.segments]
        ranges = [posting.find(hashes) for posting in postings]
        sizes = np.sum([ends - starts for starts, ends in ranges], axis=0)
        fits = (sizes > 1) & (sizes <= self.effort.max_block_size)
        found = [np.empty(0, np.int64)]
        for first, posting, (starts, ends) in zip(
            self.rows.starts[:-1], postings, ranges, strict=True
        ):
            starts, ends = starts[fits], ends[fits]
            left = np.repeat(new[fits], ends - starts)
            found.append(left * self.rows.starts[-1] + first + posting.places(starts, ends))
        return np.concatenate(found)

    def _evidence(
        self, cells: NDArray[np.int64], new: Positions, others: Positions
    ) -> NDArray[np.int32]:
        other, at = np.unique(others, return_inverse=True)
        both = np.concatenate([cells, self.rows.of("cells", other)])
        codes = np.empty(both.shape, dtype=np.int32)
        rarities = []
        for column in range(both.shape[1]):
            # Only what a new row says can be agreed on.
            texts = np.setdiff1d(cells[:, column], [MISSING])
            codes[:, column] = _codes(texts, both[:, column])
            counts = self.rows.counts(column, texts)
            rarities.append(text_rarities(counts, self.agreement.row_count))
        evidence = Evidence(codes, tuple(rarities), tuple(self.agreement.news))
        return evidence(new, at + len(cells))


def _codes(texts: NDArray[np.int64], cells: NDArray[np.int64]) -> Positions:
    """Position of each cell's text among some in ascending order, -1 where it is none of them."""
    if not len(texts):
        return np.full(len(cells), -1, dtype=np.int64)
    at = texts.searchsorted(cells).clip(max=len(texts) - 1)
    return np.where(texts[at] == cells, at, -1)
