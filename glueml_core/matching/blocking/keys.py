"""Rows that share a rare value, or two values that are rare together."""

from __future__ import annotations

from itertools import combinations

import duckdb
import numpy as np
import pandas as pd

from glueml_core.matching.arrays import Positions
from glueml_core.matching.blocking.effort import Effort
from glueml_core.matching.rows import DistinctRows

__all__ = ["key_pairs"]

# A table of many columns has more pairs of them than are worth joining on.
_MAX_COLUMNS = 8


def key_pairs(table: DistinctRows, effort: Effort) -> tuple[Positions, Positions]:
    """
    Row pairs that agree on a column, or on two chosen ahead, where few others do.

    The conjunctions are fixed before any block is seen, and a block that is too large is left out,
    never cut finer.
    """
    columns = sorted(table.columns, key=lambda column: -len(column.values))[:_MAX_COLUMNS]
    frame = pd.DataFrame({f"c{i}": column.codes for i, column in enumerate(columns)})
    frame["row_number"] = np.arange(len(frame), dtype=np.int64)
    keys: list[tuple[str, ...]] = [(f"c{i}",) for i in range(len(columns))]
    keys += [(f"c{i}", f"c{j}") for i, j in combinations(range(len(columns)), 2)]
    if not keys:
        return np.empty(0, np.int64), np.empty(0, np.int64)

    with duckdb.connect() as database:
        database.register("table_rows", frame)
        joins = " UNION ".join(_join(key, effort.max_block_size) for key in keys)
        found = database.execute(joins).fetchnumpy()
    return np.asarray(found["l"], dtype=np.int64), np.asarray(found["r"], dtype=np.int64)


def _join(key: tuple[str, ...], max_block_size: int) -> str:
    fields = ", ".join(key)
    present = " AND ".join(f"{field} >= 0" for field in key)
    return f"""
        SELECT a.row_number AS l, b.row_number AS r
        FROM (
            SELECT {fields}, row_number, count(*) OVER (PARTITION BY {fields}) AS size
            FROM table_rows WHERE {present}
        ) a
        JOIN (SELECT {fields}, row_number FROM table_rows WHERE {present}) b USING ({fields})
        WHERE a.row_number < b.row_number AND a.size <= {max_block_size}
    """
