"""A table of records made ready to compare: its distinct rows, in an order of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandera.typing import DataFrame

from glueml_core.matching.arrays import Positions
from glueml_core.matching.columns import Column, Kind, are_long, kind_of
from glueml_core.matching.initials import Initials
from glueml_core.matching.normalize import text_codes, words_of
from glueml_core.schemas import Records

__all__ = ["ColumnProfile", "DistinctRows", "HasRows", "distinct_rows", "profile"]

# Each joins rows as a column of its own would, with every other.
_MOST_WORDS = 8
_MOST_WORDS_IN_ALL = 16


@dataclass(frozen=True)
class ColumnProfile:
    """
    What a matcher remembers of a column, so that it reads the next table the same way.

    Args:
        name: The user's name for it.
        kind: What most values can be read as.
        joined_words: On how many words of a text the rows of a large table are joined, besides
            the text as a whole.
    """

    name: str
    kind: Kind
    joined_words: int = 0


class HasRows(Protocol):
    """A table that knows the row of each of its records."""

    @property
    def row_of(self) -> Positions:
        """Shape (n_records,)."""

    def __len__(self) -> int:
        """How many rows."""


@dataclass(frozen=True)
class DistinctRows:
    """
    The distinct rows of a table, sorted by their content.

    Records that say the same are one row: work is done once, and neither the order of the records
    nor their ids nor a file given twice can change what is found.

    Args:
        columns: The user's columns, each with one code a row.
        profile: How they were read.
        row_of: Row of each record, in the order the records were given, shape (n_records,).
        record_ids: Ids in the order given, shape (n_records,).
        initials: How the table writes initials.
    """

    columns: tuple[Column, ...]
    profile: tuple[ColumnProfile, ...]
    row_of: Positions
    record_ids: NDArray[np.object_]
    initials: Initials

    def __len__(self) -> int:
        return int(self.row_of.max()) + 1 if len(self.row_of) else 0

    def rows_of(self, record_ids: Sequence[str] | pd.Series[str]) -> Positions:
        """The rows of some records; KeyError if one is not in the table."""
        found = pd.Index(self.record_ids).get_indexer(pd.Index(record_ids))
        if (found < 0).any():
            raise KeyError(str(list(record_ids)[int(np.argmax(found < 0))]))
        return self.row_of[found]


def profile(records: DataFrame[Records]) -> tuple[ColumnProfile, ...]:
    """How each column but the key should be read."""
    texts = {str(n): text_codes(records[n])[1] for n in records.columns if n != "record_id"}
    kinds = {name: kind_of(found) for name, found in texts.items()}
    long = [name for name, kind in kinds.items() if kind == "text" and are_long(texts[name])]
    words = max(min(_MOST_WORDS, _MOST_WORDS_IN_ALL // max(len(long), 1)), 1)
    return tuple(
        ColumnProfile(name, kind, words if name in long else 0) for name, kind in kinds.items()
    )


def distinct_rows(
    records: DataFrame[Records],
    columns: Sequence[ColumnProfile] | None = None,
    apart: Positions | None = None,
    initials: Initials | None = None,
) -> DistinctRows:
    """
    Collapse records that say the same into one row.

    Args:
        records: Records in any order.
        columns: How to read the columns; decided from the values if left out. A column the table
            does not have counts as missing everywhere.
        apart: One number a record, shape (n_records,); records whose numbers differ never share
            a row.
        initials: How the table that this is a part of writes initials; learned if left out.
    """
    columns = profile(records) if columns is None else columns
    encoded = [_encoded(records, column.name) for column in columns]
    words = [tuple(map(words_of, texts)) for _, texts in encoded]
    initials = Initials.of(list(chain.from_iterable(words))) if initials is None else initials
    keys = np.zeros(len(records), dtype=np.int64) if apart is None else apart
    table = np.column_stack([*(codes for codes, _ in encoded), keys])
    rows, row_of = np.unique(table, axis=0, return_inverse=True)
    return DistinctRows(
        columns=tuple(
            Column(
                column.name, column.kind, codes.astype(np.int32), texts, tuple(map(initials, said))
            )
            for column, codes, (_, texts), said in zip(
                columns, rows.T, encoded, words, strict=False
            )
        ),
        profile=tuple(columns),
        row_of=row_of.ravel().astype(np.int64),
        record_ids=records["record_id"].to_numpy(dtype=object),
        initials=initials,
    )


def _encoded(records: DataFrame[Records], name: str) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    if name not in records.columns:
        return np.full(len(records), -1, dtype=np.int32), ()
    return text_codes(records[name])
