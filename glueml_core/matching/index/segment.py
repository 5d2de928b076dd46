"""Segments: some records of a matched table, in the order of their clusters, with their index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from glueml_core.matching.arrays import Mask, Positions
from glueml_core.matching.cores import on_all_cores
from glueml_core.matching.index.postings import Postings, positions_in
from glueml_core.matching.index.shelf import Shelf
from glueml_core.matching.large.agreement import Key
from glueml_core.matching.large.hashing import MISSING, row_hashes, text_hashes
from glueml_core.matching.large.table import LargeTable
from glueml_core.matching.normalize import string_array

if TYPE_CHECKING:
    from pandera.typing import DataFrame

    from glueml_core.schemas import Records

__all__ = ["Segment", "by_cluster", "keyed_rows"]

_TEXT = pd.StringDtype("pyarrow", na_value=np.nan)
_TEXTS = {pa.string(): _TEXT, pa.large_string(): _TEXT}


@dataclass(frozen=True)
class Segment:
    """
    Records, their distinct rows, and where either is found.

    Args:
        records: Ascending by `match_id`, so that the fellows of a cluster lie together.
        match_ids: Cluster of each record.
        row_of: Row of each record.
        record_ids: Positions of records by the hash of their id.
        contents: A number for what each row says and to which cluster it belongs, ascending.
        row_match_ids: Cluster of each row.
        cells: Cell hashes, shape (n_rows, n_columns).
        keys: Rows by the hash of what they say in some columns, without those rows that an earlier
            segment has as well: the columns that rows are joined on, and each column by itself.
        row_count: Rows that no earlier segment has.
    """

    records: pa.Table
    match_ids: Positions
    row_of: Positions
    record_ids: Postings
    contents: NDArray[np.int64]
    row_match_ids: Positions
    cells: NDArray[np.int64]
    keys: dict[Key, Postings]
    row_count: int

    @classmethod
    def on(cls, shelf: Shelf, keys: Sequence[Key]) -> Segment:
        """The segment that `make` has put on a shelf."""
        match_ids, contents = shelf.get("match_ids"), shelf.get("contents")
        record_width, row_width = len(match_ids).bit_length(), len(contents).bit_length()
        cells = shelf.get("cells")
        return cls(
            shelf.get_table("records"),
            match_ids,
            shelf.get("row_of"),
            Postings(shelf.get("record_ids"), record_width),
            contents,
            shelf.get("row_match_ids"),
            cells,
            {
                key: Postings(shelf.get(_name(key)), row_width)
                for key in _with_columns(keys, cells.shape[1])
            },
            int(shelf.get("row_count")[0]),
        )

    @classmethod
    def make(
        cls,
        records: DataFrame[Records],
        match_ids: Positions,
        table: LargeTable,
        contents: NDArray[np.int64],
        keys: Sequence[Key],
        shelf: Shelf,
        earlier: Sequence[Segment] = (),
    ) -> Segment:
        """
        Index records, and put all that belongs to it on a shelf.

        Args:
            records: In the order of `by_cluster`.
            match_ids: Cluster of each.
            table: The same records, hashed, its rows in the order of their contents.
            contents: See above.
            keys: Columns that rows are joined on.
            shelf: An empty one.
            earlier: Segments of other records of the table.
        """
        rows_of_records = np.arange(len(records))
        ids = text_hashes(string_array(records["record_id"]))
        is_own = ~_are_known(contents, earlier)
        shelf.put_table("records", _table(records))
        shelf.put("match_ids", match_ids)
        shelf.put("row_of", table.row_of.astype(np.int32 if len(table) < 2**31 else np.int64))
        shelf.put("record_ids", Postings.of(ids, rows_of_records, len(records)).entries)
        shelf.put("contents", contents)
        shelf.put("row_match_ids", match_ids[table.record_of])
        shelf.put("cells", table.cells)
        shelf.put("row_count", np.array([is_own.sum()]))

        def post(key: Key) -> None:
            rows, hashes = keyed_rows(table.cells, key)
            own = is_own[rows]
            shelf.put(_name(key), Postings.of(hashes[own], rows[own], len(table)).entries)

        list(on_all_cores(post, _with_columns(keys, table.cells.shape[1])))
        return cls.on(shelf, keys)

    def __len__(self) -> int:
        return len(self.match_ids)

    def take(self, positions: Positions) -> DataFrame[Records]:
        """Some of the records."""
        taken = self.records.take(pa.array(positions))
        # They were records when they were put here.
        return cast(
            "DataFrame[Records]", taken.to_pandas(types_mapper=_TEXTS.get, ignore_metadata=True)
        )

    def positions_of(self, record_ids: pd.Series[str]) -> Positions:
        """Position of the record of each id, -1 where there is none."""
        ids = string_array(record_ids)
        starts, ends = self.record_ids.find(text_hashes(ids))
        asked = np.repeat(np.arange(len(ids)), ends - starts)
        at = self.record_ids.places(starts, ends)
        there = self.records["record_id"].take(pa.array(at)).combine_chunks()
        same = pc.equal(there.cast(ids.type), ids.take(pa.array(asked)))
        is_it = np.asarray(same.to_numpy(zero_copy_only=False), dtype=bool)
        found = np.full(len(ids), -1, dtype=np.int64)
        found[asked[is_it]] = at[is_it]
        return found

    def fellows(self, match_ids: Positions) -> Positions:
        """Positions of all records of some clusters."""
        return positions_in(*self._range(match_ids))

    def sizes_of(self, match_ids: Positions) -> Positions:
        """How many records each of some clusters has."""
        starts, ends = self._range(match_ids)
        return ends - starts

    def _range(self, match_ids: Positions) -> tuple[Positions, Positions]:
        ends = self.match_ids.searchsorted(match_ids, side="right")
        return self.match_ids.searchsorted(match_ids), ends


def by_cluster(
    records: DataFrame[Records], match_ids: Positions
) -> tuple[DataFrame[Records], Positions]:
    """Records and their clusters in the order in which a segment has them."""
    order = np.argsort(match_ids, kind="stable")
    return records.iloc[order].reset_index(drop=True), match_ids[order]


def keyed_rows(cells: NDArray[np.int64], key: Key) -> tuple[Positions, NDArray[np.int64]]:
    """The rows that say something in all columns of a key, and the hashes of what they say."""
    rows = np.flatnonzero(np.logical_and.reduce([cells[:, i] != MISSING for i in key]))
    return rows, row_hashes(*(cells[rows, i] for i in key))


def _are_known(contents: NDArray[np.int64], earlier: Sequence[Segment]) -> Mask:
    known = np.zeros(len(contents), dtype=bool)
    for segment in earlier:
        at = segment.contents.searchsorted(contents).clip(max=len(segment.contents) - 1)
        known |= segment.contents[at] == contents
    return known


def _with_columns(keys: Sequence[Key], column_count: int) -> list[Key]:
    return sorted({*keys, *((i,) for i in range(column_count))})


def _name(key: Key) -> str:
    return "key-" + "-".join(map(str, key))


def _table(records: DataFrame[Records]) -> pa.Table:
    table = pa.Table.from_pandas(records, preserve_index=False).replace_schema_metadata(None)
    # Whoever takes rows of one chunk reads nothing of the others.
    return table.combine_chunks()
