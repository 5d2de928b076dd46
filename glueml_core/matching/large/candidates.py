"""Candidate pairs of a large table, by joins that spill to disk when memory runs short."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryDirectory

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from glueml_core.matching.arrays import Mask, Positions
from glueml_core.matching.large.agreement import Agreement, Key, rarity_sql
from glueml_core.matching.large.effort import JoinEffort
from glueml_core.matching.large.hashing import MISSING

__all__ = ["Candidates", "candidates_of"]

_THREADS = 2


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
    cells: NDArray[np.int64],
    agreement: Agreement,
    effort: JoinEffort,
    memory_limit_mib: int,
    seeds: Mask | None = None,
    progress: Callable[[float], None] = lambda share: None,
) -> Candidates:
    """
    Join the rows on every key and keep the pairs with enough evidence.

    Args:
        cells: Cell hashes of distinct rows, shape (n_rows, n_columns).
        agreement: Chooses the keys and weighs agreements.
        effort: Bounds the rows that may share a key (larger blocks are left out, never cut finer)
            and the evidence that is asked for.
        memory_limit_mib: What the joins may keep in memory; the rest goes to disk.
        seeds: Rows of which at least one must be in each pair; all rows if left out.
        progress: Told the share of the joins done.
    """
    keys = agreement.keys(effort.max_block_size)
    with _database(memory_limit_mib) as database:
        _load(database, cells, seeds)
        _weigh(database, cells.shape[1], len(cells))
        database.execute("CREATE TABLE pairs (l INTEGER, r INTEGER, evidence INTEGER)")
        for done, key in enumerate(keys):
            _join(database, key, agreement, effort, seeds is not None)
            progress((done + 1) / len(keys))
        found = database.execute(
            "SELECT l, r, any_value(evidence) AS e FROM pairs GROUP BY l, r ORDER BY l, r"
        ).fetchnumpy()
    left, right = (np.asarray(found[name], dtype=np.int64) for name in "lr")
    return Candidates(left, right, np.asarray(found["e"], dtype=np.int32))


@contextmanager
def _database(memory_limit_mib: int) -> Iterator[duckdb.DuckDBPyConnection]:
    with TemporaryDirectory(prefix="glueml-joins-") as folder, duckdb.connect() as database:
        database.execute(f"SET memory_limit = '{memory_limit_mib}MiB'")
        database.execute(f"SET temp_directory = '{folder}'")
        database.execute(f"SET threads = {_THREADS}")
        database.execute("SET preserve_insertion_order = false")
        yield database


def _load(
    database: duckdb.DuckDBPyConnection, cells: NDArray[np.int64], seeds: Mask | None
) -> None:
    columns = {f"h{i}": pa.array(cells[:, i], mask=cells[:, i] == MISSING) for i in _all(cells)}
    columns["row_number"] = pa.array(np.arange(len(cells), dtype=np.int32))
    columns["is_seed"] = pa.array(np.ones(len(cells), dtype=bool) if seeds is None else seeds)
    database.register("given", pa.table(columns))
    database.execute("CREATE TABLE cells AS SELECT * FROM given")
    database.unregister("given")


def _all(cells: NDArray[np.int64]) -> Sequence[int]:
    return range(cells.shape[1])


def _weigh(database: duckdb.DuckDBPyConnection, column_count: int, row_count: int) -> None:
    """Put beside every hash how many rows have it, and how rare that is."""
    counts = [
        f"(SELECT h{i}, count(*) AS n{i} FROM cells WHERE h{i} IS NOT NULL GROUP BY h{i}) c{i}"
        for i in range(column_count)
    ]
    joins = " ".join(f"LEFT JOIN {count} USING (h{i})" for i, count in enumerate(counts))
    weights = ", ".join(
        f"n{i}, {rarity_sql(f'n{i}', row_count)} AS w{i}" for i in range(column_count)
    )
    database.execute(f"CREATE TABLE weighed AS SELECT cells.*, {weights} FROM cells {joins}")
    database.execute("DROP TABLE cells")


def _join(
    database: duckdb.DuckDBPyConnection,
    key: Key,
    agreement: Agreement,
    effort: JoinEffort,
    only_seeds: bool,
) -> None:
    fields = ", ".join(f"h{i}" for i in key)
    present = " AND ".join(f"h{i} IS NOT NULL" for i in key)
    database.execute(f"""
        CREATE OR REPLACE TEMP TABLE block AS
        SELECT weighed.* FROM weighed SEMI JOIN (
            SELECT {fields} FROM weighed WHERE {present} GROUP BY {fields}
            HAVING count(*) BETWEEN 2 AND {effort.max_block_size}
        ) USING ({fields})
    """)
    evidence = agreement.evidence_sql("a", "b")
    enough = agreement.min_evidence(effort.evidence_margin)
    seeded = "AND (a.is_seed OR b.is_seed)" if only_seeds else ""
    database.execute(f"""
        INSERT INTO pairs
        SELECT a.row_number, b.row_number, {evidence} AS evidence
        FROM block a JOIN block b USING ({fields})
        WHERE a.row_number < b.row_number {seeded} AND evidence >= {enough}
    """)
