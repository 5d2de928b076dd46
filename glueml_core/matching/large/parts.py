"""Groups of rows, gathered into parts of bounded size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from glueml_core.matching.arrays import Mask, Positions
from glueml_core.matching.large.candidates import Candidates
from glueml_core.matching.rows import HasRows

__all__ = ["Part", "Parts", "first_of"]


@dataclass(frozen=True)
class Part:
    """Some groups: positions of their records, and their pairs as positions among these."""

    records: Positions
    left: Positions
    right: Positions
    pair_count: int


@dataclass(frozen=True)
class Parts:
    """
    All groups that need comparing, a bounded number of pairs at a time.

    Args:
        row_of: Row of each record that needs comparing, by part.
        records: Positions of these records.
        record_ends: Where each part ends among them.
        left: Pairs by part.
        right: Their other row.
        pair_ends: Where each part ends among the pairs.
    """

    row_of: Positions
    records: Positions
    record_ends: Positions
    left: Positions
    right: Positions
    pair_ends: Positions

    @classmethod
    def of(
        cls, table: HasRows, pairs: Candidates, group: Positions, wanted: Mask, at_once: int
    ) -> Parts:
        """
        Group the work.

        Args:
            table: The rows.
            pairs: Candidate pairs.
            group: Group of each row, shape (n_rows,).
            wanted: Which groups to compare, shape (n_groups,).
            at_once: Pairs of a part, as far as groups allow.
        """
        inside = (group[pairs.left] == group[pairs.right]) & wanted[group[pairs.left]]
        left, right = pairs.left[inside], pairs.right[inside]
        work = np.bincount(group[left], minlength=len(wanted))
        # Equal records are compared too, although they are one row.
        copies = np.bincount(table.row_of, minlength=len(table))
        work += np.bincount(group, weights=copies > 1, minlength=len(wanted)).astype(np.int64)
        work *= wanted
        part_of_group = np.cumsum(work) // at_once
        count = int(part_of_group.max(initial=0)) + 1

        records = np.flatnonzero((work > 0)[group][table.row_of])
        part_of_record = part_of_group[group[table.row_of[records]]]
        part_of_pair = part_of_group[group[left]]
        records = records[np.argsort(part_of_record, kind="stable")]
        order = np.argsort(part_of_pair, kind="stable")
        return cls(
            table.row_of[records],
            records,
            np.cumsum(np.bincount(part_of_record, minlength=count)),
            left[order],
            right[order],
            np.cumsum(np.bincount(part_of_pair, minlength=count)),
        )

    @property
    def pair_count(self) -> int:
        """Pairs to compare."""
        return len(self.left)

    def __iter__(self) -> Iterator[Part]:
        starts = np.append(0, self.record_ends), np.append(0, self.pair_ends)
        position = np.zeros(self.row_of.max(initial=-1) + 1, dtype=np.int64)
        for i in range(len(self.record_ends)):
            records = slice(starts[0][i], starts[0][i + 1])
            pairs = slice(starts[1][i], starts[1][i + 1])
            rows = self.row_of[records]
            if not len(rows):
                continue
            position[rows] = np.arange(len(rows))
            yield Part(
                self.records[records],
                position[self.left[pairs]],
                position[self.right[pairs]],
                pairs.stop - pairs.start,
            )


def first_of(cluster: Positions) -> Positions:
    """Position of the first record of each record's cluster."""
    first = pd.Series(np.arange(len(cluster))).groupby(cluster).transform("min")
    return first.to_numpy(np.int64)
