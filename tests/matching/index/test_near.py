"""Which pairs an index finds: those that joining all rows finds."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from glueml_core.matching.index.near import AllRows, near_pairs
from glueml_core.matching.index.segment import Segment, by_cluster
from glueml_core.matching.index.shelf import MemoryShelf
from glueml_core.matching.large.candidates import candidates_of
from glueml_core.matching.large.effort import JoinEffort
from glueml_core.matching.large.hashing import row_hashes
from glueml_core.matching.large.table import LargeTable
from tests.matching.gaps import COLUMNS, records_with_gaps

EFFORT = JoinEffort.of(0.5)
COUNT, NEW = 900, 90


@pytest.fixture(scope="module")
def records() -> pd.DataFrame:
    """In any order; of three numbers in a row, two say the same, or less."""
    return records_with_gaps(COUNT, 0.1).sample(frac=1, random_state=1, ignore_index=True)


@pytest.fixture(scope="module")
def match_ids(records) -> np.ndarray:
    """Three numbers in a row are a cluster, -1 one of them; new records have -1 too, for none."""
    of_all = records["record_id"].astype(int).to_numpy() // 3 - 1
    return np.append(of_all[: COUNT - NEW], np.full(NEW, -1))


def numbers(match_ids: np.ndarray) -> np.ndarray:
    """What tells rows of different clusters apart, and new ones from all others."""
    return np.column_stack([match_ids, np.arange(COUNT) >= COUNT - NEW])


def named(pairs, left_ids, right_ids) -> dict:
    """Evidence by the names of the rows, which are the records that share them."""
    return {
        frozenset((left_ids[left], right_ids[right])): int(evidence)
        for left, right, evidence in zip(pairs.left, pairs.right, pairs.evidence, strict=True)
    }


@pytest.mark.parametrize("segment_count", [1, 4])
def test_finds_what_joining_all_rows_finds(records, match_ids, segment_count):
    """Also where equal rows of one cluster lie in several segments: they are one row."""
    apart = numbers(match_ids)
    table = LargeTable.of(records, COLUMNS, apart)
    agreement, keys = table.agreement, table.agreement.keys(EFFORT.max_block_size)
    is_new = np.zeros(len(table), dtype=bool)
    is_new[table.row_of[COUNT - NEW :]] = True
    expected = candidates_of(table, agreement, EFFORT, is_new)

    segments: list[Segment] = []
    for number in range(segment_count):
        chosen = np.arange(number, COUNT - NEW, segment_count)
        part, ids = by_cluster(records.iloc[chosen], match_ids[chosen])
        segments.append(
            segment(part, ids, np.column_stack([ids, np.zeros_like(ids)]), keys, segments)
        )
    new = records.iloc[COUNT - NEW :].reset_index(drop=True)
    segments.append(segment(new, match_ids[COUNT - NEW :], apart[COUNT - NEW :], keys, ()))
    rows = AllRows(tuple(segments))
    found = near_pairs(rows, replace(agreement, row_count=1), keys, EFFORT)

    content = row_hashes(table.cells, apart[table.record_of])
    of_all = rows.of("contents", np.arange(rows.starts[-1]))
    assert len(expected) >= NEW / 2
    assert sum(part.row_count for part in segments) == len(table)
    assert named(found, of_all, of_all) == named(expected, content, content)


def segment(records, match_ids, apart, keys, earlier) -> Segment:
    table = LargeTable.of(records, COLUMNS, apart)
    contents = row_hashes(table.cells, apart[table.record_of])
    return Segment.make(records, match_ids, table, contents, keys, MemoryShelf(), list(earlier))
