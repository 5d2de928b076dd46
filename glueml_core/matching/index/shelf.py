"""Where an index keeps its arrays and tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

import pyarrow as pa
from numpy.typing import NDArray

__all__ = ["MemoryShelf", "Shelf"]


class Shelf(Protocol):
    """Keeps things by name; what it gives back need not lie in memory until it is looked at."""

    def put(self, name: str, array: NDArray[Any]) -> None:
        """Keep an array."""

    def get(self, name: str) -> NDArray[Any]:
        """The array of that name."""

    def put_table(self, name: str, table: pa.Table) -> None:
        """Keep a table."""

    def get_table(self, name: str) -> pa.Table:
        """The table of that name."""


@dataclass(frozen=True)
class MemoryShelf:
    """A shelf that is gone with its process."""

    arrays: dict[str, NDArray[Any]] = field(default_factory=dict)
    tables: dict[str, pa.Table] = field(default_factory=dict)

    def put(self, name: str, array: NDArray[Any]) -> None:
        """Keep an array."""
        self.arrays[name] = array

    def get(self, name: str) -> NDArray[Any]:
        """The array of that name."""
        return self.arrays[name]

    def put_table(self, name: str, table: pa.Table) -> None:
        """Keep a table."""
        self.tables[name] = table

    def get_table(self, name: str) -> pa.Table:
        """The table of that name."""
        return self.tables[name]
