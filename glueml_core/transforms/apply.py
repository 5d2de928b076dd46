"""FindMatches and FindIncrementalMatches, called as in `awsglueml.transforms`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import pandas as pd
import pyarrow as pa

from glueml_core.api import Core
from glueml_core.errors import InvalidInputException
from glueml_core.http.inprocess import connect, core_of
from glueml_core.store import MLTransform
from glueml_core.tasks.duplicates import survivors
from glueml_core.tasks.folder import RunFolder
from glueml_core.tasks.match_request import MatchRequest, read_frame
from glueml_core.transforms.frames import enforced_labels, handed_over, is_spark, with_matches
from glueml_core.transforms.jobs import ready_transform, start_job, wait_for

if TYPE_CHECKING:
    from glueml_core.transforms.on_spark import SparkTransform

__all__ = ["FindIncrementalMatches", "FindMatches"]

Frame: TypeAlias = Any
"""A pandas frame or a Spark frame; pyspark need not be there."""


class FindMatches:
    """Finds the records of a frame that are the same thing."""

    @staticmethod
    def apply(
        frame: Frame,
        transformId: str,  # noqa: N803 (Glue's names)
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,  # noqa: N803
        totalThreshold: int = 0,  # noqa: N803
        enforcedMatches: Any = None,  # noqa: N803
        computeMatchConfidenceScores: bool | int = 0,  # noqa: N803
        *,
        client: Any = None,
        removeDuplicates: bool = False,  # noqa: N803
        jobName: str | None = None,  # noqa: N803
        jobRunId: str | None = None,  # noqa: N803
    ) -> Frame:
        """
        The frame with `match_id`: the same number, the same thing.

        Rows, columns, types, index and order stay as they are. The work is a FIND_MATCHES task run
        of the transform, in a process of its own; interrupting the call cancels it. A Spark frame
        is matched by its own session, part by part as any large table, and the work is done when
        the call returns.

        Args:
            frame: Records with the columns of the transform's schema, and any others; a frame of
                pandas or of Spark.
            transformId: A transform in READY.
            transformation_ctx: For Glue's sake; it changes nothing.
            info: Likewise.
            stageThreshold: Likewise; no row is ever left out as an error.
            totalThreshold: Likewise.
            enforcedMatches: Labels that must hold: `labeling_set_id`, `label`, the primary key.
            computeMatchConfidenceScores: Whether to add `match_confidence_score`, 0 to 1, one
                for each cluster.
            client: From `glueml_core.connect()`; else the store is found as `connect()` does.
            removeDuplicates: Whether to keep only the record of the lowest primary key of each
                cluster.
            jobName: The job that this is a part of, for the transform's history.
            jobRunId: That job's run.

        Raises:
            EntityNotFoundException: No such transform.
            MLTransformNotReadyException: It has not been taught.
            InvalidInputException: The frame does not fit the transform's schema.
            TaskRunFailedError: The run failed or was stopped.
        """
        core = core_of(client or connect())
        if is_spark(frame):
            on_spark = _on_spark(core, transformId, enforcedMatches, jobName, jobRunId)
            return on_spark.find_matches(
                frame,
                scored=bool(computeMatchConfidenceScores),
                remove_duplicates=removeDuplicates,
            )
        transform = ready_transform(core, transformId)
        _check_free(frame, "frame")
        frames = {"records": handed_over(frame, transform, "frame")}
        frames |= _enforced(enforcedMatches, transform)

        matches = _run(core, transformId, MatchRequest(), frames, jobName, jobRunId)
        scored = bool(computeMatchConfidenceScores)
        return _answer(frame, matches, scored=scored, remove_duplicates=removeDuplicates)


class FindIncrementalMatches:
    """Adds new records to records that were matched before."""

    @staticmethod
    def apply(
        existingFrame: Frame,  # noqa: N803
        incrementalFrame: Frame,  # noqa: N803
        transformId: str,  # noqa: N803
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,  # noqa: N803
        totalThreshold: int = 0,  # noqa: N803
        enforcedMatches: Any = None,  # noqa: N803
        computeMatchConfidenceScores: bool | int = 0,  # noqa: N803
        *,
        client: Any = None,
        jobName: str | None = None,  # noqa: N803
        jobRunId: str | None = None,  # noqa: N803
    ) -> Frame:
        """
        The rows of both frames, the existing ones first, with `match_id`.

        Existing rows keep their `match_id`; a new one gets that of the cluster it joins, or a
        number that no row has had.

        Args:
            existingFrame: What an earlier run answered, `match_id` included.
            incrementalFrame: New records, whose primary keys are not among the existing.
            transformId: The transform that matched the existing frame.
            transformation_ctx: See `FindMatches`, as for all that follow.
            info: See there.
            stageThreshold: See there.
            totalThreshold: See there.
            enforcedMatches: See there.
            computeMatchConfidenceScores: See there.
            client: See there.
            jobName: See there.
            jobRunId: See there.

        Raises:
            EntityNotFoundException: No such transform.
            MLTransformNotReadyException: It has not been taught.
            InvalidInputException: A frame does not fit the transform's schema, or the existing one
                has no `match_id`.
            TaskRunFailedError: The run failed or was stopped.
        """
        core = core_of(client or connect())
        if is_spark(existingFrame):
            on_spark = _on_spark(core, transformId, enforcedMatches, jobName, jobRunId)
            return on_spark.find_incremental_matches(
                existingFrame, incrementalFrame, scored=bool(computeMatchConfidenceScores)
            )
        transform = ready_transform(core, transformId)
        _check_free(incrementalFrame, "incrementalFrame")
        frames = {
            "records": handed_over(incrementalFrame, transform, "incrementalFrame"),
            "existing": _existing(existingFrame, transform),
        }
        frames |= _enforced(enforcedMatches, transform)

        request = MatchRequest(is_incremental=True)
        matches = _run(core, transformId, request, frames, jobName, jobRunId)
        before = existingFrame.drop(columns=["match_id", "match_confidence_score"], errors="ignore")
        both = pd.concat([before, incrementalFrame])
        return with_matches(both, matches, confidence_scores=bool(computeMatchConfidenceScores))


def _on_spark(
    core: Core, transform_id: str, enforced: Any, job_name: str | None, job_run_id: str | None
) -> SparkTransform:
    # It brings the matching engine, which servers and callers of task runs do without.
    from glueml_core.transforms.on_spark import SparkTransform

    return SparkTransform.of(core, transform_id, enforced, (job_name, job_run_id))


def _run(
    core: Core,
    transform_id: str,
    request: MatchRequest,
    frames: dict[str, pa.Table],
    job_name: str | None,
    job_run_id: str | None,
) -> pd.DataFrame:
    """Do the work elsewhere; its `Matches`, one for each row."""
    run_id = start_job(core, transform_id, request, frames, job_name, job_run_id)
    folder = RunFolder.of(core.settings, run_id)
    try:
        wait_for(core, run_id)
        matches = read_frame(folder.results, "matches")
        assert matches is not None
        return pd.DataFrame(matches.to_pandas())
    finally:
        folder.remove_frames()


def _answer(
    frame: pd.DataFrame, matches: pd.DataFrame, *, scored: bool, remove_duplicates: bool
) -> pd.DataFrame:
    answer = with_matches(frame, matches, confidence_scores=scored)
    if not remove_duplicates:
        return answer
    return answer[survivors(matches["record_id"].tolist(), matches["match_id"].tolist())]


def _check_free(frame: pd.DataFrame, name: str) -> None:
    if "match_id" in frame.columns:
        raise InvalidInputException(f"{name} has a column match_id already; drop it first.")


def _existing(frame: pd.DataFrame, transform: MLTransform) -> pa.Table:
    if "match_id" not in frame.columns:
        raise InvalidInputException("existingFrame lacks the column match_id.")
    table = handed_over(frame, transform, "existingFrame")
    return table.append_column("match_id", pa.Array.from_pandas(frame["match_id"]))


def _enforced(frame: pd.DataFrame | None, transform: MLTransform) -> dict[str, pa.Table]:
    if frame is None:
        return {}
    return {"enforced": enforced_labels(frame, transform.primary_key_column)}
