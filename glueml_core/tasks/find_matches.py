"""FIND_MATCHES: which records of a table are the same thing."""

from __future__ import annotations

from typing import Any, cast

import pandas as pd
import pyarrow as pa
from pandera.typing import DataFrame

from glueml_core.errors import MLTransformNotReadyException
from glueml_core.matching import (
    Matcher,
    are_among,
    find_incremental_matches,
    find_matches_with_scoring,
    weak_clusters,
)
from glueml_core.schemas import Matches, Records
from glueml_core.tables.locations import Location
from glueml_core.tables.records import existing_match_ids, to_records
from glueml_core.tables.targets import write_table
from glueml_core.tasks import adding
from glueml_core.tasks.duplicates import survivors
from glueml_core.tasks.inputs import matcher_of, matching_options, without_unknown
from glueml_core.tasks.match_request import MatchRequest, write_frame
from glueml_core.tasks.match_tables import (
    below,
    check_new,
    file_format,
    fitting,
    in_schema,
    labels_to_enforce,
    target_of,
    whole_table,
)
from glueml_core.tasks.task import Task

__all__ = ["run"]

# Shares of the work done, about as a table of a million records spends its time.
_READ, _MATCHED = 0.12, 0.95


def run(task: Task) -> dict[str, Any]:
    """Match what was handed over; the output counts records and clusters, and names the file."""
    request = MatchRequest.load(task.folder.inputs)
    matcher = matcher_of(task)
    if matcher is None:
        raise MLTransformNotReadyException
    target = target_of(task, request)
    if request.output is not None and request.output.new_records_only:
        assert target is not None
        return adding.add_records(task, request, matcher, target)

    task.progress(0.0, "Reading records")
    table, existing = _both(task, request)
    matches = _match(task, request, matcher, table, existing)
    whole = table if existing is None else below(existing, table)
    if target is None:
        write_frame(task.folder.results, "matches", pa.Table.from_pandas(matches))
    else:
        _write(task, request, whole, matches, target)
    return _counts(matches) | ({} if target is None else {"uri": target.uri})


def _both(task: Task, request: MatchRequest) -> tuple[pa.Table, pa.Table | None]:
    """The table to match, and the one matched before."""
    table = whole_table(task, request.source, "records")
    if not request.is_incremental:
        return table, None
    return table, whole_table(task, request.existing, "existing")


def _match(
    task: Task,
    request: MatchRequest,
    matcher: Matcher,
    table: pa.Table,
    existing: pa.Table | None,
) -> DataFrame[Matches]:
    """One row for each row of the tables, in their order, existing ones first."""
    records = to_records(in_schema(task, table), task.primary_key)
    labels, enforce = labels_to_enforce(task)
    options = matching_options(task, enforce=enforce)
    progress = task.span(_READ, _MATCHED)
    if existing is None:
        known = without_unknown(labels, records)
        found = fitting(find_matches_with_scoring, records, matcher, known, options, progress)
        if found.scoring and request.output is not None and request.output.weak_clusters:
            told = [weak.to_dict() for weak in weak_clusters(found.matches, found.scoring)]
            task.folder.write_json(task.folder.weak_clusters, told)
        return _in_order(found.matches, records)

    before = to_records(in_schema(task, existing), task.primary_key)
    check_new(records, are_among(records["record_id"], before["record_id"]), task.primary_key)
    # No key is in them twice: that was just seen, and costs too much to be checked again.
    both = cast("DataFrame[Records]", pd.concat([before, records], ignore_index=True))
    known = without_unknown(labels, both)
    before = before.assign(match_id=existing_match_ids(existing))
    matches = fitting(find_incremental_matches, before, records, matcher, known, options, progress)
    return _in_order(matches, both)


def _in_order(matches: DataFrame[Matches], records: DataFrame[Records]) -> DataFrame[Matches]:
    if matches["record_id"].equals(records["record_id"]):
        return matches
    ordered = matches.set_index("record_id").loc[records["record_id"]].reset_index()
    return DataFrame[Matches](ordered)


def _write(
    task: Task, request: MatchRequest, table: pa.Table, matches: pd.DataFrame, target: Location
) -> None:
    output = request.output
    assert output is not None
    task.progress(_MATCHED, f"Writing {target.uri}")
    table = table.append_column("match_id", pa.array(matches["match_id"], pa.int64()))
    if output.confidence_scores:
        scores = pa.array(matches["match_confidence_score"], pa.float64())
        table = table.append_column("match_confidence_score", scores)
    if output.remove_duplicates:
        table = table.filter(survivors(matches["record_id"].tolist(), matches["match_id"].tolist()))
    write_table(table, target, file_format(request))


def _counts(matches: DataFrame[Matches]) -> dict[str, int]:
    sizes = matches["match_id"].value_counts()
    return {
        "record_count": len(matches),
        "cluster_count": len(sizes),
        "matching_record_count": int(sizes[sizes > 1].sum()),
        "largest_cluster": int(sizes.max()) if len(sizes) else 0,
    }
