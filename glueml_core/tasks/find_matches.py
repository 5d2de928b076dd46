"""FIND_MATCHES: which records of a table are the same thing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pandera.typing import DataFrame

from glueml_core.errors import InvalidInputException, MLTransformNotReadyException
from glueml_core.matching import (
    Matcher,
    find_incremental_matches,
    find_matches_with_scoring,
    weak_clusters,
)
from glueml_core.schemas import Labels, Matches, Records
from glueml_core.tables.formats import FileFormat, format_of_file, format_of_table
from glueml_core.tables.locations import Location, check_output_path, locate
from glueml_core.tables.records import existing_match_ids, to_records
from glueml_core.tables.sources import columns_of, read_table
from glueml_core.tables.targets import write_table
from glueml_core.tasks.duplicates import survivors
from glueml_core.tasks.inputs import labels_frame, matcher_of, matching_options, without_unknown
from glueml_core.tasks.match_request import MatchRequest, Output, read_frame, write_frame
from glueml_core.tasks.task import Task

__all__ = ["run"]


def run(task: Task) -> dict[str, Any]:
    """Match what was handed over; the output counts records and clusters, and names the file."""
    request = MatchRequest.load(task.folder.inputs)
    matcher = matcher_of(task)
    if matcher is None:
        raise MLTransformNotReadyException
    target = _target(task, request)

    task.progress(0.0, "Reading records")
    table, existing = _tables(task, request)
    matches = _match(task, request, matcher, table, existing)
    whole = table if existing is None else _below(existing, table)
    if target is None:
        write_frame(task.folder.results, "matches", pa.Table.from_pandas(matches))
    else:
        _write(task, request, whole, matches, target)
    return _counts(matches) | ({} if target is None else {"uri": target.uri})


def _tables(task: Task, request: MatchRequest) -> tuple[pa.Table, pa.Table | None]:
    """The table to match, and the one matched before."""
    table = _table(task, request.source, "records")
    if not request.is_incremental:
        return table, None
    return table, _table(task, request.existing, "existing")


def _table(task: Task, definition: Any, handed_over: str) -> pa.Table:
    table = read_frame(task.folder.inputs, handed_over)
    if table is None:
        table = read_table(definition, columns_of(definition), task.settings)
    known = {name.lower() for name in table.column_names}
    missing = [name for name in task.columns if name.lower() not in known]
    if missing:
        raise InvalidInputException(
            f"The records lack the columns {', '.join(missing)} of the transform's schema."
        )
    return table


def _match(
    task: Task,
    request: MatchRequest,
    matcher: Matcher,
    table: pa.Table,
    existing: pa.Table | None,
) -> DataFrame[Matches]:
    """One row for each row of the tables, in their order, existing ones first."""
    records = to_records(_in_schema(task, table), task.primary_key)
    labels, enforce = _labels(task)
    options = matching_options(task, enforce=enforce)
    progress = task.span(0.05, 0.95)
    if existing is None:
        known = without_unknown(labels, records)
        found = find_matches_with_scoring(records, matcher, known, options, progress)
        if found.scoring and request.output is not None and request.output.weak_clusters:
            told = [weak.to_dict() for weak in weak_clusters(found.matches, found.scoring)]
            task.folder.write_json(task.folder.weak_clusters, told)
        return _in_order(found.matches, records)

    before = to_records(_in_schema(task, existing), task.primary_key)
    _check_new(records, before, task.primary_key)
    both = pd.concat([before, records], ignore_index=True)
    known = without_unknown(labels, DataFrame[Records](both))
    before = DataFrame[Records](before.assign(match_id=existing_match_ids(existing)))
    matches = find_incremental_matches(before, records, matcher, known, options, progress)
    return _in_order(matches, DataFrame[Records](both))


def _in_schema(task: Task, table: pa.Table) -> pa.Table:
    place = {name.lower(): number for number, name in enumerate(table.column_names)}
    found = [place[name.lower()] for name in task.columns]
    return table.select(found).rename_columns(task.columns)


def _labels(task: Task) -> tuple[DataFrame[Labels], bool]:
    """The labels to enforce, and whether there are any."""
    labels = labels_frame([])
    if task.transform.enforce_provided_labels:
        labels = labels_frame(task.store.labels.current(task.transform.id))
    enforced = read_frame(task.folder.inputs, "enforced")
    if enforced is not None:
        # Below the transform's own: the last answer on a pair counts.
        labels = DataFrame[Labels](pd.concat([labels, enforced.to_pandas()], ignore_index=True))
    return labels, len(labels) > 0


def _check_new(records: DataFrame[Records], before: DataFrame[Records], primary_key: str) -> None:
    known = records["record_id"].isin(before["record_id"])
    if known.any():
        row = int(np.argmax(known)) + 1
        raise InvalidInputException(
            f"Primary key {primary_key} has the value {records['record_id'].iloc[row - 1]} in row "
            f"{row} of the new records and among the existing ones."
        )


def _in_order(matches: DataFrame[Matches], records: DataFrame[Records]) -> DataFrame[Matches]:
    ordered = matches.set_index("record_id").loc[records["record_id"]].reset_index()
    return DataFrame[Matches](ordered)


def _below(existing: pa.Table, table: pa.Table) -> pa.Table:
    """Both tables as one, without what an earlier run had added."""
    added = [
        name for name in ("match_id", "match_confidence_score") if name in existing.column_names
    ]
    try:
        return pa.concat_tables([existing.drop_columns(added), table], promote_options="permissive")
    except pa.ArrowTypeError as error:
        raise InvalidInputException(
            f"The existing and the new records disagree on a column's type: {error}"
        ) from error


def _target(task: Task, request: MatchRequest) -> Location | None:
    output = request.output
    if output is None:
        return None
    if format_of_file(output.path) is not None:
        return locate(output.path, task.settings)
    kind = _file_format(request, output)
    return check_output_path(output.path, task.settings).child(f"{task.run.id}-part-00000.{kind}")


def _file_format(request: MatchRequest, output: Output) -> FileFormat:
    told = request.source and format_of_table(request.source)
    return output.file_format or format_of_file(output.path) or (told.kind if told else "csv")


def _write(
    task: Task, request: MatchRequest, table: pa.Table, matches: pd.DataFrame, target: Location
) -> None:
    output = request.output
    assert output is not None
    task.progress(0.95, f"Writing {target.uri}")
    table = table.append_column("match_id", pa.array(matches["match_id"], pa.int64()))
    if output.confidence_scores:
        scores = pa.array(matches["match_confidence_score"], pa.float64())
        table = table.append_column("match_confidence_score", scores)
    if output.remove_duplicates:
        table = table.filter(survivors(matches["record_id"].tolist(), matches["match_id"].tolist()))
    write_table(table, target, _file_format(request, output))


def _counts(matches: DataFrame[Matches]) -> dict[str, int]:
    sizes = matches["match_id"].value_counts()
    return {
        "record_count": len(matches),
        "cluster_count": len(sizes),
        "matching_record_count": int(sizes[sizes > 1].sum()),
        "largest_cluster": int(sizes.max()) if len(sizes) else 0,
    }
