"""Adding: new records placed among those matched before, and written without these."""

from __future__ import annotations

from collections.abc import Mapping, Sized
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd
import pyarrow as pa

from glueml_core.errors import InvalidInputException
from glueml_core.matching import are_among, find_incremental_matches
from glueml_core.matching.index import place_new_records
from glueml_core.tables.records import to_records
from glueml_core.tables.targets import write_table
from glueml_core.tasks.appending import check_is_read, check_name, is_inside, like_rows_of
from glueml_core.tasks.inputs import matching_options, without_unknown
from glueml_core.tasks.match_tables import (
    check_new,
    file_format,
    fitting,
    in_schema,
    labels_to_enforce,
    whole_table,
)
from glueml_core.tasks.matched_table import MatchedTable

if TYPE_CHECKING:
    import numpy.typing as npt
    from pandera.typing import DataFrame

    from glueml_core.matching import Matcher, MatchingOptions
    from glueml_core.matching.arrays import Positions
    from glueml_core.matching.index import MatchedIndex
    from glueml_core.schemas import Labels, Matches, Records
    from glueml_core.tables.locations import Location
    from glueml_core.tasks.match_request import MatchRequest
    from glueml_core.tasks.task import Task

__all__ = ["add_records"]

# Shares of the work done, about as adding to a table with an index spends its time.
_READ, _MATCHED = 0.1, 0.95


def add_records(
    task: Task, request: MatchRequest, matcher: Matcher, target: Location
) -> dict[str, Any]:
    """
    Place the records of the source among the existing ones, which are read only if there is no
    index of them, and write these records alone.

    Where the target lies in the folder of the existing records, that folder is the whole table
    again. Who adds to a table, or makes its index, does so alone.
    """
    assert request.existing is not None
    assert request.output is not None
    labels, enforce = labels_to_enforce(task)
    options = matching_options(task, enforce=enforce)
    matched = MatchedTable(task, request.existing, matcher, options, target)
    is_part = is_inside(target, matched.location)
    check_name(request.output.path, target, matched.location)
    with matched.folder.alone():
        task.progress(0.0, "Reading records")
        files = matched.files()
        check_is_read(request.output.path, target, matched.location, files)
        table = whole_table(task, request.source, "records")
        if is_part:
            table = like_rows_of(request.existing, next(iter(files)), file_format(request), table)
        records = to_records(in_schema(task, table), task.primary_key)
        placed = _place(matched, files, records, labels)
        task.progress(_MATCHED, f"Writing {target.uri}")
        if is_part and matched.files() != files:
            raise InvalidInputException(f"{matched.location.uri} has changed. Try again.")
        write_table(_with_matches(request, table, placed.matches), target, file_format(request))
    return placed.counts() | {"uri": target.uri}


@dataclass(frozen=True)
class _Placed:
    """
    New records in their places.

    Args:
        matches: One row for each of them, in their order.
        size_before: Existing records of the cluster of each.
    """

    matches: DataFrame[Matches]
    size_before: Positions

    def counts(self) -> dict[str, int]:
        """Of the new records and their clusters, in which existing ones count too."""
        match_ids = self.matches["match_id"]
        size = self.size_before + match_ids.groupby(match_ids).transform("size").to_numpy()
        return {
            "record_count": len(match_ids),
            "cluster_count": match_ids.nunique(),
            "new_cluster_count": match_ids[self.size_before == 0].nunique(),
            "matching_record_count": int((size > 1).sum()),
            "largest_cluster": int(size.max(initial=0)),
        }


def _place(
    matched: MatchedTable,
    files: Mapping[Location, str],
    records: DataFrame[Records],
    labels: DataFrame[Labels],
) -> _Placed:
    index = matched.index(files)
    if index is None or not _serves(index, records, matched.options):
        progress = matched.task.span(0, _READ)
        progress(0.1, "Reading all existing records")
        existing, match_ids = matched.read(list(files))
        is_known = are_among(records["record_id"], existing["record_id"])
        check_new(records, is_known, matched.task.primary_key)
        if not _serves(existing, records, matched.options):
            return _place_among_all(matched, existing, match_ids, records, labels)
        progress(0.5, f"Making an index of {len(existing):,} records")
        index = matched.make_index(existing, match_ids, files)
    else:
        is_known = np.zeros(len(records), dtype=bool)
        is_known[index.clusters_of(records["record_id"]).index] = True
        check_new(records, is_known, matched.task.primary_key)
    return _place_by_index(matched, index, records, labels)


def _serves(existing: Sized, records: DataFrame[Records], options: MatchingOptions) -> bool:
    """Whether an index of the existing records tells enough of what is common among all."""
    is_whole = options.takes_whole(len(existing) + len(records))
    return not is_whole and 2 * len(records) <= len(existing)


def _place_among_all(
    matched: MatchedTable,
    existing: DataFrame[Records],
    match_ids: npt.NDArray[np.int64],
    records: DataFrame[Records],
    labels: DataFrame[Labels],
) -> _Placed:
    both = cast("DataFrame[Records]", pd.concat([existing, records], ignore_index=True))
    found = fitting(
        find_incremental_matches,
        existing.assign(match_id=match_ids),
        records,
        matched.matcher,
        without_unknown(labels, both),
        matched.options,
        matched.task.span(_READ, _MATCHED),
    )
    matches = found.iloc[len(existing) :].reset_index(drop=True)
    sizes = pd.Series(match_ids).value_counts().reindex(matches["match_id"], fill_value=0)
    return _Placed(matches, sizes.to_numpy(np.int64))


def _place_by_index(
    matched: MatchedTable,
    index: MatchedIndex,
    records: DataFrame[Records],
    labels: DataFrame[Labels],
) -> _Placed:
    progress = matched.task.span(_READ, _MATCHED)
    matches = place_new_records(index, records, matched.matcher, labels, matched.options, progress)
    return _Placed(matches, index.sizes_of(matches["match_id"].to_numpy(np.int64)))


def _with_matches(request: MatchRequest, table: pa.Table, matches: DataFrame[Matches]) -> pa.Table:
    """The table with its matches, where its columns have a place for them or below all others."""
    assert request.output is not None
    table = _with_column(table, "match_id", pa.array(matches["match_id"], pa.int64()))
    name = "match_confidence_score"
    if not request.output.confidence_scores and name not in table.column_names:
        return table
    return _with_column(table, name, pa.array(matches[name], pa.float64()))


def _with_column(table: pa.Table, name: str, column: pa.Array) -> pa.Table:
    if name not in table.column_names:
        return table.append_column(name, column)
    return table.set_column(table.column_names.index(name), name, column)
