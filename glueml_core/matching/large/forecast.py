"""What matching a large table will take, told before it begins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from glueml_core.matching.cores import CORES
from glueml_core.matching.large.table import LargeTable

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Forecast", "TableTooLargeError"]

_MIB = 1 << 20
# Measured on people, one core: docs/performance.md has the stages.
_SECONDS_PER_RECORD = 10e-6
_SECONDS_PER_PAIR = 3e-6
_SECONDS_AT_LEAST = 5.0
# Code, the sample that the matcher compares, and one part with all its features.
_MIB_AT_LEAST = 700
# Both rows, evidence, probability, and what sorting and grouping them copies.
_BYTES_PER_PAIR = 64
# Whoever hands records over keeps them too, in a form of its own.
_COPIES_OF_RECORDS = 2
# The hashes of the cells are there twice more while rows are put in order; later, the joins have
# the cells' numbers, and on every core what it takes to sort rows by a key.
_COPIES_OF_CELLS = 2
_BYTES_PER_CELL_OF_JOINS = 4
_BYTES_PER_ROW = 64


class TableTooLargeError(ValueError):
    """A table that does not fit into the memory allowed; the message says what would help."""


@dataclass(frozen=True)
class Forecast:
    """
    What matching a large table takes.

    Args:
        records: Records of the table.
        pairs: Candidate pairs, about.
        table_mib: Memory for the table itself.
    """

    records: int
    pairs: int
    table_mib: int

    @classmethod
    def of(cls, records: pd.DataFrame, table: LargeTable, pairs: int) -> Forecast:
        """Of a table of which so many candidate pairs are expected."""
        texts = sum(column.texts.nbytes for column in table.texts)
        codes = sum(column.codes.nbytes for column in table.joined)
        given = int(records.memory_usage(index=False).sum())
        sorting = _BYTES_PER_CELL_OF_JOINS * table.cells.size + _BYTES_PER_ROW * CORES * len(table)
        working = max(_COPIES_OF_CELLS * table.cells.nbytes, sorting)
        held = _COPIES_OF_RECORDS * given + texts + codes + table.cells.nbytes + working
        return cls(len(records), pairs, held // _MIB)

    @property
    def memory_mib(self) -> int:
        """Memory at the fullest moment."""
        return _MIB_AT_LEAST + self.table_mib + self.pairs * _BYTES_PER_PAIR // _MIB

    @property
    def core_seconds(self) -> float:
        """Seconds of one core, if the apprentice is rarely in doubt."""
        return (
            _SECONDS_AT_LEAST + _SECONDS_PER_RECORD * self.records + _SECONDS_PER_PAIR * self.pairs
        )

    def check(self, limit_mib: int) -> Forecast:
        """Itself, if it fits into the memory allowed; else TableTooLargeError."""
        if self.memory_mib <= limit_mib:
            return self
        raise TableTooLargeError(
            f"Matching {self.records:,} records with about {self.pairs:,} candidate pairs takes "
            f"about {self.memory_mib:,} MiB of memory, and {limit_mib:,} MiB are allowed. Allow "
            f"more (GLUEML_MATCHING_MEMORY_MIB), lower AccuracyCostTradeoff for fewer pairs, match "
            "fewer columns, or match on Spark."
        )

    def __str__(self) -> str:
        return (
            f"Expecting {self.pairs:,} pairs, {self.memory_mib:,} MiB, "
            f"{self.core_seconds:,.0f} seconds of one core"
        )
