"""Match jobs: FIND_MATCHES task runs from table to file, with the Dagster run as Glue's job run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import dagster as dg

if TYPE_CHECKING:
    from glueml_core.api.core import Core

__all__ = ["start_match_job"]


def start_match_job(
    core: Core,
    transform_id: str,
    context: dg.AssetExecutionContext,
    *,
    source: Mapping[str, Any],
    existing: Mapping[str, Any] | None = None,
    output_path: str,
    confidence_scores: bool,
) -> str:
    """
    Begin to match a table, and give the task run's id.

    Args:
        core: Whose store the transform is in.
        transform_id: The transform.
        context: Of the asset; its job and its run are named in the task run's properties.
        source: The catalog's definition of the table of records.
        existing: That of a table matched before, which the source is added to.
        output_path: The folder to write into.
        confidence_scores: Whether to add `match_confidence_score`.
    """
    from glueml_core.tasks.folder import RunFolder
    from glueml_core.tasks.match_request import MatchRequest, Output

    run = core.store.task_runs.add(
        transform_id,
        "FIND_MATCHES",
        {
            "JobId": context.run.run_id,
            "JobName": context.job_name,
            "JobRunId": context.run.run_id,
        },
    )
    request = MatchRequest(
        source=source,
        existing=existing,
        is_incremental=existing is not None,
        output=Output(output_path, confidence_scores=confidence_scores),
    )
    inputs = RunFolder.of(core.settings, run.id).inputs
    inputs.mkdir(parents=True, exist_ok=True)
    request.save(inputs)
    core.runner.submit(run)
    return run.id
