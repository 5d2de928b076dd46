"""Which pairs the joins find, against the same law told in SQL and spelled out pair by pair."""

from itertools import combinations

import duckdb
import numpy as np
import pandas as pd
import pytest

from glueml_core.matching.large.agreement import rarity_sql
from glueml_core.matching.large.candidates import candidates_of
from glueml_core.matching.large.effort import JoinEffort
from glueml_core.matching.large.hashing import MISSING
from glueml_core.matching.large.table import LargeTable
from tests.matching.gaps import COLUMNS, records_with_gaps

EFFORT = JoinEffort.of(0.5)


def table_of(row_count: int) -> LargeTable:
    records = records_with_gaps(row_count, 0.15)
    return LargeTable.of(records, COLUMNS, np.zeros(row_count, dtype=np.int64))


@pytest.fixture(scope="module")
def table() -> LargeTable:
    return table_of(900)


def by_hand(table: LargeTable) -> dict[tuple[int, int], int]:
    """Every pair in a block that is not too large, with the evidence that Spark's SQL gives it."""
    agreement = table.agreement
    names = [f"h{number}" for number in range(table.cells.shape[1])]
    cells = pd.DataFrame(table.cells, columns=names)
    cells = cells.astype("Int64").mask(cells == MISSING)
    found = set()
    for key in agreement.keys(EFFORT.max_block_size):
        for _, block in cells.groupby([names[i] for i in key]):
            if len(block) <= EFFORT.max_block_size:
                found.update(combinations(block.index, 2))
    pairs = pd.DataFrame(sorted(found), columns=["l", "r"])
    counts = pd.DataFrame(
        {f"n{i}": cells[n].map(cells[n].value_counts()) for i, n in enumerate(names)}
    )
    counted = cells.join(counts)
    weights = ", ".join(f"{rarity_sql(f'n{i}', len(table))} AS w{i}" for i in range(len(names)))
    counted["row"] = counted.index
    database = duckdb.connect()
    database.register("counted", counted).register("pairs", pairs)
    evidence = database.execute(f"""
        WITH rows AS (SELECT *, {weights} FROM counted)
        SELECT l, r, {agreement.evidence_sql("a", "b")} AS evidence
        FROM pairs JOIN rows a ON a.row = l JOIN rows b ON b.row = r
    """).df()
    enough = evidence[evidence["evidence"] >= agreement.min_evidence(EFFORT.evidence_margin)]
    return {(one, other): told for one, other, told in enough.itertuples(index=False)}


def as_dict(pairs) -> dict[tuple[int, int], int]:
    keys = zip(pairs.left.tolist(), pairs.right.tolist(), strict=True)
    return dict(zip(keys, pairs.evidence.tolist(), strict=True))


def test_the_joins_find_every_pair_that_tells_enough_and_no_other(table):
    found = candidates_of(table, table.agreement, EFFORT)

    assert as_dict(found) == by_hand(table)
    assert len(found) > 100


def test_pairs_come_once_in_ascending_order(table):
    found = candidates_of(table, table.agreement, EFFORT)

    numbers = found.left * len(table) + found.right
    assert (found.left < found.right).all()
    assert (np.diff(numbers) > 0).all()


def test_with_seeds_come_the_pairs_of_seeds(table):
    seeds = np.arange(len(table)) % 9 == 0

    some = candidates_of(table, table.agreement, EFFORT, seeds)
    every = candidates_of(table, table.agreement, EFFORT)

    assert as_dict(some) == as_dict(every.take(seeds[every.left] | seeds[every.right]))


def test_rows_too_many_to_number_beside_their_values_are_joined_all_the_same(table, monkeypatch):
    every = candidates_of(table, table.agreement, EFFORT)

    monkeypatch.setattr("glueml_core.matching.large.blocks._BITS", 1)

    assert as_dict(candidates_of(table, table.agreement, EFFORT)) == as_dict(every)


def test_what_is_to_come_is_foretold(table):
    told = []

    found = candidates_of(table, table.agreement, EFFORT, expect=told.append)

    assert told == [len(found)]
