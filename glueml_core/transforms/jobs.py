"""Jobs: FIND_MATCHES task runs, which no operation of the API starts."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from glueml_core.api import Core
from glueml_core.errors import (
    EntityNotFoundException,
    InvalidInputException,
    MLTransformNotReadyException,
)
from glueml_core.store import MLTransform, TaskRun, job_properties
from glueml_core.tables.crawler import crawl
from glueml_core.tables.formats import FileFormat, format_of_file
from glueml_core.tables.locations import check_output_path, locate
from glueml_core.tasks.folder import TASK_RUNS, WAITING, RunFolder
from glueml_core.tasks.match_request import MatchRequest, Output, write_frame

__all__ = [
    "TaskRunFailedError",
    "definition_of",
    "match_job",
    "ready_transform",
    "start_find_matches",
    "start_job",
    "wait_for",
]

_LOOK_S = 0.1


class TaskRunFailedError(RuntimeError):
    """A FIND_MATCHES run that did not succeed; `run` is how it ended."""

    def __init__(self, run: TaskRun) -> None:
        super().__init__(f"Task run {run.id} ended {run.status}. {run.error_string or ''}".strip())
        self.run = run


def start_find_matches(
    core: Core,
    transform_id: str,
    output_path: str,
    *,
    source: str | Mapping[str, Any] | None = None,
    existing: str | Mapping[str, Any] | None = None,
    file_format: FileFormat | None = None,
    compute_match_confidence_scores: bool = False,
    remove_duplicates: bool = False,
    tell_weak_clusters: bool = False,
    new_records_only: bool = False,
    job_name: str | None = None,
    job_run_id: str | None = None,
) -> str:
    """
    Begin to match a table into a file; returns the task run's id at once.

    Args:
        core: The store and its runner.
        transform_id: A transform in READY.
        output_path: Folder for the file, or the file itself if its name ends as its format does.
        source: The table: `{"DatabaseName": …, "TableName": …}`, or where its files are; None: the
            transform's own.
        existing: A table matched before, given in the same way; then the source's records are
            added to it, and the file has both.
        file_format: Of the file; None: that of the source, or of the existing table where the file
            has new records only.
        compute_match_confidence_scores: Whether to add `match_confidence_score`.
        remove_duplicates: Whether to keep only the record of the lowest primary key of a cluster.
        tell_weak_clusters: Whether to leave in the run's folder which clusters hold worst, and why.
        new_records_only: Whether the file has the source's records without those of `existing`,
            which are looked up in an index and not read. In the folder of `existing`, the file
            becomes a part of that table.
        job_name: Name of the job that this run is a part of.
        job_run_id: Id of that job's run.

    Raises:
        EntityNotFoundException: No such transform, or no such table.
        MLTransformNotReadyException: The transform has not been taught.
        InvalidInputException: A place that cannot be read or written, or choices that exclude each
            other.
    """
    transform = ready_transform(core, transform_id)
    if new_records_only and (existing is None or remove_duplicates):
        raise InvalidInputException(
            "New records only can be written where there are existing ones, and with duplicates."
        )
    if format_of_file(output_path) is None:
        check_output_path(output_path, core.settings)
    else:
        locate(output_path, core.settings)
    request = MatchRequest(
        source=definition_of(core, source or transform.input_record_tables[0]),
        existing=None if existing is None else definition_of(core, existing),
        is_incremental=existing is not None,
        output=Output(
            output_path,
            file_format,
            compute_match_confidence_scores,
            remove_duplicates,
            tell_weak_clusters,
            new_records_only,
        ),
    )
    return start_job(core, transform_id, request, {}, job_name, job_run_id)


def ready_transform(core: Core, transform_id: str) -> MLTransform:
    """The transform, if it can match; else what the API would say."""
    transform = core.store.transforms.get(transform_id)
    if transform.status == "DELETING":
        raise EntityNotFoundException.transform(core.settings.account_id, transform_id)
    if transform.status != "READY":
        raise MLTransformNotReadyException
    return transform


def start_job(
    core: Core,
    transform_id: str,
    request: MatchRequest,
    frames: Mapping[str, pa.Table],
    job_name: str | None,
    job_run_id: str | None,
) -> str:
    """Hand request and frames over to a new run, and begin it; returns its id."""
    waiting = _hand_over(core.settings.store, request, frames)
    properties = match_job(job_name, job_run_id)
    run = core.store.task_runs.add(transform_id, "FIND_MATCHES", properties)
    folder = RunFolder.of(core.settings, run.id)
    folder.make()
    waiting.replace(folder.inputs)
    core.runner.submit(run)
    return run.id


def wait_for(core: Core, run_id: str) -> TaskRun:
    """
    Wait until a run has succeeded; an interrupt cancels it.

    Raises:
        TaskRunFailedError: It failed, was stopped, or took too long.
    """
    try:
        while (run := _get(core, run_id)).is_active:
            time.sleep(_LOOK_S)
    except KeyboardInterrupt:
        core.stop(_get(core, run_id))
        raise
    if run.status != "SUCCEEDED":
        raise TaskRunFailedError(run)
    return run


def _get(core: Core, run_id: str) -> TaskRun:
    run = core.store.task_runs.get(run_id)
    if run is None:
        raise RuntimeError(f"Task run {run_id} went with its transform, which was deleted.")
    return run


def _hand_over(store: Path, request: MatchRequest, frames: Mapping[str, pa.Table]) -> Path:
    """A folder with all that the run needs, so that the run never exists without it."""
    waiting = store / TASK_RUNS / f"{WAITING}{secrets.token_hex(8)}"
    waiting.mkdir(parents=True)
    request.save(waiting)
    for name, frame in frames.items():
        write_frame(waiting, name, frame)
    return waiting


def match_job(job_name: str | None, job_run_id: str | None) -> dict[str, str]:
    """The job that a match run is a part of; ours where the caller has none."""
    return job_properties(
        job_name or "glueml-find-matches", job_run_id or f"jr_{secrets.token_hex(32)}"
    )


def definition_of(core: Core, table: str | Mapping[str, Any]) -> Mapping[str, Any]:
    """A table's definition: given as such, by its names in the catalog, or by its files' place."""
    if isinstance(table, str):
        return crawl(table, core.settings)
    if "TableName" in table:
        found = core.store.catalog.table(table["DatabaseName"], table["TableName"]).definition
        return {**found, "AdditionalOptions": table.get("AdditionalOptions")}
    return table
