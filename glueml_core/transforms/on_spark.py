"""The transforms on Spark frames: the work stays where the frames are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
from pandera.typing import DataFrame

from glueml_core.errors import InvalidInputException
from glueml_core.matching import Matcher, MatchingOptions
from glueml_core.schemas import Labels
from glueml_core.tables.formats import FileFormat
from glueml_core.tables.locations import check_output_path
from glueml_core.tasks.extensions import extensions_of
from glueml_core.tasks.inputs import labels_frame
from glueml_core.transforms.frames import enforced_labels, find_columns, is_spark
from glueml_core.transforms.jobs import definition_of, ready_transform
from glueml_core.transforms.spark_run import SparkRun

if TYPE_CHECKING:
    from pyspark.sql import DataFrame as SparkFrame
    from pyspark.sql import SparkSession

    from glueml_core.api import Core
    from glueml_core.store import MLTransform

__all__ = ["SparkTransform", "match_table_on_spark"]


@dataclass(frozen=True)
class SparkTransform:
    """
    A transform with what it learned, ready to match Spark frames.

    Args:
        core: The store.
        transform: A transform in READY.
        matcher: What it learned.
        labels: What must hold in the output.
        options: Its owner's choices.
        job: Name and run id of the job that this is a part of.
    """

    core: Core
    transform: MLTransform
    matcher: Matcher
    labels: DataFrame[Labels]
    options: MatchingOptions
    job: tuple[str | None, str | None] = (None, None)

    @classmethod
    def of(
        cls,
        core: Core,
        transform_id: str,
        enforced: Any = None,
        job: tuple[str | None, str | None] = (None, None),
    ) -> SparkTransform:
        """
        The transform of that id.

        Raises:
            EntityNotFoundException: No such transform.
            MLTransformNotReadyException: It has not been taught.
            InvalidInputException: It learned from features of the user's own.
        """
        transform = ready_transform(core, transform_id)
        kept = core.store.matchers.get(transform_id)
        assert kept is not None
        matcher = Matcher.from_json(kept.text)
        extensions = extensions_of(core.settings, transform.name)
        if matcher.extension_features or extensions.indexers or extensions.features:
            raise InvalidInputException(
                f"Transform {transform_id} has blocking or features of its own, which work on "
                "whole tables. Spark frames cannot be matched by it."
            )
        labels = _labels(core, transform, enforced)
        options = MatchingOptions(
            precision_recall_tradeoff=transform.precision_recall_tradeoff,
            accuracy_cost_tradeoff=transform.accuracy_cost_tradeoff,
            enforce_provided_labels=len(labels) > 0,
            whole_table_rows=core.settings.whole_table_rows,
        )
        return cls(core, transform, matcher, labels, options, job)

    def find_matches(
        self, frame: SparkFrame, *, scored: bool, remove_duplicates: bool
    ) -> SparkFrame:
        """The frame with `match_id`; see `FindMatches`."""
        with self._run(frame.sparkSession) as run:
            answer, run.output = self._found(frame, run, scored, remove_duplicates)
        return answer

    def find_incremental_matches(
        self, existing: SparkFrame, incremental: SparkFrame, *, scored: bool
    ) -> SparkFrame:
        """The rows of both frames with `match_id`; see `FindIncrementalMatches`."""
        from glueml_core.spark import find_incremental_matches, spark_records
        from glueml_core.spark.answers import counts_of, with_matches
        from glueml_core.spark.existing import Existing

        _check_free(incremental, "incrementalFrame")
        for frame, name in ((existing, "existingFrame"), (incremental, "incrementalFrame")):
            self._columns(frame, name)
        before = Existing.of(existing)
        both = before.with_new(incremental)
        columns = self._columns(both, "existingFrame")
        records = spark_records(both, self._key, columns, before.KNOWN)
        records.check_keys("existingFrame and incrementalFrame")
        with self._run(both.sparkSession) as run:
            found = find_incremental_matches(
                records, self.matcher, self.labels, self.options, run.progress
            )
            matches = before.own_numbers(found)
            run.output = counts_of(matches)
        whole = both.drop(before.KNOWN)
        return with_matches(whole, columns[self._key], matches, scored=scored)

    def match_table(
        self,
        spark: SparkSession,
        source: Mapping[str, Any],
        output_path: str,
        file_format: FileFormat | None,
        *,
        scored: bool,
    ) -> str:
        """Match a table of files into a folder of files; the id of the run that did it."""
        from glueml_core.spark.tables import read_table, write_table

        target = check_output_path(output_path, self.core.settings)
        frame, kind = read_table(spark, source, self.core.settings)
        with self._run(spark) as run:
            answer, counts = self._found(frame, run, scored, remove_duplicates=False)
            folder = target.child(f"{run.id}")
            run.progress(0.95, f"Writing {folder.uri}")
            write_table(answer, folder, file_format or kind)
            run.output = {**counts, "uri": folder.uri}
        return run.id

    def _found(
        self, frame: SparkFrame, run: SparkRun, scored: bool, remove_duplicates: bool
    ) -> tuple[SparkFrame, dict[str, int]]:
        from glueml_core.spark import find_matches, spark_records
        from glueml_core.spark.answers import counts_of, survivors, with_matches

        _check_free(frame, "frame")
        columns = self._columns(frame, "frame")
        records = spark_records(frame, self._key, columns)
        records.check_keys("frame")
        matches = find_matches(records, self.matcher, self.labels, self.options, run.progress)
        kept = survivors(matches) if remove_duplicates else matches
        answer = with_matches(
            frame, columns[self._key], kept, scored=scored, only_matched=remove_duplicates
        )
        return answer, counts_of(matches)

    @property
    def _key(self) -> str:
        return self.transform.primary_key_column

    def _columns(self, frame: SparkFrame, name: str) -> dict[str, str]:
        return find_columns(frame.columns, [c["Name"] for c in self.transform.schema], name)

    def _run(self, spark: SparkSession) -> SparkRun:
        return SparkRun(self.core, self.transform.id, spark, *self.job)


def match_table_on_spark(
    core: Core,
    spark: SparkSession,
    transform_id: str,
    source: str | Mapping[str, Any],
    output_path: str,
    *,
    file_format: FileFormat | None = None,
    compute_match_confidence_scores: bool = False,
    job_name: str | None = None,
    job_run_id: str | None = None,
) -> str:
    """
    As `start_find_matches`, in a Spark session; returns the run's id when the work is done.

    Spark reads the source's files and writes a folder of them, named after the run; both must be
    where all executors reach them.
    """
    transform = SparkTransform.of(core, transform_id, job=(job_name, job_run_id))
    return transform.match_table(
        spark,
        definition_of(core, source),
        output_path,
        file_format,
        scored=compute_match_confidence_scores,
    )


def _labels(core: Core, transform: MLTransform, enforced: Any) -> DataFrame[Labels]:
    """The transform's own labels if it enforces them, and below them the caller's."""
    labels = labels_frame([])
    if transform.enforce_provided_labels:
        labels = labels_frame(core.store.labels.current(transform.id))
    if enforced is None:
        return labels
    # What people said grows with people, not with rows.
    frame = enforced.toPandas() if is_spark(enforced) else enforced
    given = enforced_labels(frame, transform.primary_key_column).to_pandas()
    return DataFrame[Labels](pd.concat([labels, given], ignore_index=True))


def _check_free(frame: SparkFrame, name: str) -> None:
    if "match_id" in (column.lower() for column in frame.columns):
        raise InvalidInputException(f"{name} has a column match_id already; drop it first.")
