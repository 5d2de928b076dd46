"""Samples of bounded size, from which the driver learns how to judge the whole table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc
import pyspark.sql.functions as F  # noqa: N812
from pyspark.sql import DataFrame

from glueml_core.matching.extensions import Extensions
from glueml_core.matching.large.groups import LINKED
from glueml_core.matching.large.lessons import Lessons
from glueml_core.matching.large.part import PartMatcher
from glueml_core.matching.large.table import SAMPLE_ROWS, background_of
from glueml_core.spark.part_tables import PartTables
from glueml_core.spark.parts import Judge
from glueml_core.spark.records import table_of
from glueml_core.spark.rows import lowest_share

if TYPE_CHECKING:
    from pandera.typing import DataFrame as Table

    from glueml_core.matching.background import Background
    from glueml_core.matching.matcher import Matcher
    from glueml_core.matching.options import MatchingOptions
    from glueml_core.schemas import Labels
    from glueml_core.spark.records import SparkRecords
    from glueml_core.spark.rows import SparkRows

__all__ = ["Sampler"]


@dataclass(frozen=True)
class Sampler:
    """
    What one machine can look at of a Spark table.

    Args:
        records: Tells what the columns are.
        hashed: Its records with their rows.
        rows: Their distinct rows.
        pairs: `l`, `r`, `evidence` and `group_id`.
    """

    records: SparkRecords
    hashed: DataFrame
    rows: SparkRows
    pairs: DataFrame

    def judge(self, matcher: Matcher, labels: Table[Labels], options: MatchingOptions) -> Judge:
        """What executors match parts by."""
        tables = PartTables(
            self.records.key, self.records.names, matcher.columns, labels, self.rows.count
        )
        background = self._background(matcher)
        lessons = self._lessons(tables, matcher, background, options.sampled_records)
        match = PartMatcher.of(matcher, background, lessons.lore, labels, options)
        return Judge(tables, None if self.records.is_incremental else lessons.apprentice, match)

    def _background(self, matcher: Matcher) -> Background:
        rows = self.rows.lowest(SAMPLE_ROWS).select("row")
        sample = self.hashed.join(rows, "row", "left_semi").dropDuplicates(["row"])
        table = sample.select("key", *self.records.cells).toArrow()
        return background_of(table_of(table, self.records.key, self.records.names), matcher.columns)

    def _lessons(
        self, tables: PartTables, matcher: Matcher, background: Background, record_count: int
    ) -> Lessons:
        """What some random groups with all their pairs teach."""
        chosen = F.col("group_id") <= self._last_group(record_count)
        placed = self._placed().where(chosen).select("row", "group_id", *self.rows.counts)
        batch = self.hashed.join(placed, "row").drop("copies").toArrow()
        batch = batch.take(pc.sort_indices(batch["record_id"]))
        part = tables(batch)
        pairs = self.pairs.where(chosen)
        if self.records.is_incremental:
            # Existing records are not compared with each other.
            pairs = pairs.where(F.col("evidence") < LINKED)
        # Groups are numbered in the order of their lowest rows, as where all of them are known.
        group = np.unique(batch["group_id"].to_numpy(), return_inverse=True)[1]
        return Lessons.of(
            part.records,
            part.likeness,
            part.candidates(pairs.select("l", "r", "evidence").toArrow()),
            group[part.table.record_of],
            np.ones(int(group.max(initial=-1)) + 1, dtype=bool),
            matcher,
            background,
            Extensions(),
        )

    def _last_group(self, record_count: int) -> int:
        """The group up to which all groups together have so many records at the most."""
        placed = self._placed()
        # Among all existing records, those that new ones resemble may be few.
        row_count = placed.count() if self.records.is_incremental else self.rows.count
        groups = placed.where(F.col("group_id") <= lowest_share(record_count, row_count))
        sizes = groups.groupBy("group_id").agg(F.sum("copies").alias("records"))
        first = sizes.orderBy("group_id").limit(record_count).toArrow()
        fits = np.cumsum(first["records"].to_numpy()) <= record_count
        ids = first["group_id"].to_numpy()[fits]
        return int(ids[-1]) if len(ids) else -(2**63)

    def _placed(self) -> DataFrame:
        """All rows with their group; the lowest row of a group names it."""
        ends = self.pairs.select("group_id", F.explode(F.array("l", "r")).alias("row")).distinct()
        how = "inner" if self.records.is_incremental else "left"
        rows = self.rows.frame.select("row", "copies", *self.rows.counts).join(ends, "row", how)
        group = F.coalesce("group_id", "row").alias("group_id")
        return rows.select("row", "copies", group, *self.rows.counts)
