"""Parts: groups of rows matched in executors, each by the functions that the local engine uses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyspark.sql.functions as F  # noqa: N812
from pyspark.sql import DataFrame
from pyspark.sql.types import DoubleType, LongType, StringType, StructField, StructType

from glueml_core.matching.large.deciding import Glance
from glueml_core.matching.large.finding import decide
from glueml_core.matching.large.glancing import Glancing
from glueml_core.matching.options import silent
from glueml_core.spark.groups import rows_of_groups
from glueml_core.spark.records import NEW

if TYPE_CHECKING:
    from glueml_core.matching.arrays import Floats, Positions
    from glueml_core.matching.large.apprentice import Apprentice
    from glueml_core.matching.large.part import PartMatcher
    from glueml_core.spark.part_tables import PartTable, PartTables
    from glueml_core.spark.records import SparkRecords
    from glueml_core.spark.rows import SparkRows

__all__ = ["Judge", "match_parts"]

# Features of a part's pairs are in an executor's memory at once.
_PAIRS_AT_ONCE = 30_000


@dataclass(frozen=True)
class Judge:
    """
    What a part is matched by, in whichever executor.

    Args:
        tables: Makes a table of the part.
        apprentice: Decides at a glance where it is sure; None where some records have a cluster
            already, of which it has not learned.
        match: Decides the rest.
    """

    tables: PartTables
    apprentice: Apprentice | None
    match: PartMatcher

    def __call__(self, records: pa.Table, pairs: pa.Table) -> pa.Table:
        """One row for each record: see `match_parts`."""
        # In which order records arrive is chance; what is added up in their order must not be.
        records = records.take(pc.sort_indices(records["record_id"]))
        part = self.tables(records)
        known = records["known"].to_numpy()
        if self.apprentice is None:
            cluster, confidence = self._placed(part, pairs, known)
        else:
            cluster, confidence = self._decided(part, pairs, self.apprentice)
        frame = pd.DataFrame({"id": records["record_id"].to_numpy(), "known": known, "of": cluster})
        of_cluster = frame.groupby("of")
        score = np.clip(confidence.astype(np.float64), 0, 1)
        return pa.table(
            {
                "key": records["key"],
                "record_id": records["record_id"],
                "first": pa.array(of_cluster["id"].transform("min"), pa.string()),
                "known": pa.array(of_cluster["known"].transform("max"), pa.int64()),
                "match_confidence_score": pa.array(score, pa.float64()),
            }
        )

    def _decided(
        self, part: PartTable, pairs: pa.Table, apprentice: Apprentice
    ) -> tuple[Positions, Floats]:
        """As the local engine decides on a table."""
        labeled = part.records["record_id"].isin(self.match.labels["record_id"]).to_numpy(bool)
        glancing = Glancing(part.likeness, apprentice)
        glance = Glance.at(
            part.table, part.candidates(pairs), glancing, labeled, lambda share: None
        )
        return decide(part.records, glance, self.match, silent)

    def _placed(
        self, part: PartTable, pairs: pa.Table, known: Positions
    ) -> tuple[Positions, Floats]:
        """New records among existing ones, which are not compared with each other."""
        candidates = part.candidates(pairs)
        of_row = part.table.record_of
        left, right = of_row[candidates.left], of_row[candidates.right]
        new = (known[left] == NEW) | (known[right] == NEW)
        numbers = np.where(known == NEW, NEW, pd.factorize(known)[0])
        return self.match(part.records, left[new], right[new], numbers)


def match_parts(
    records: SparkRecords, hashed: DataFrame, rows: SparkRows, pairs: DataFrame, judge: Judge
) -> DataFrame:
    """
    Cluster all records, those with a pair or an equal part by part.

    Args:
        records: Tells what the columns are.
        hashed: Its records with their rows.
        rows: Their distinct rows.
        pairs: `l`, `r`, `evidence` and `group_id`.
        judge: What each part is matched by.

    Returns:
        `key`, `record_id`; `first`, the lowest record id of the record's cluster; `known`, the
        cluster's existing number, or NEW; `match_confidence_score`.
    """
    placed = _placed(rows, pairs)
    part_count = max(1, pairs.count() // _PAIRS_AT_ONCE)
    # By content, so that no attempt and no partition can move a group.
    part = F.pmod(F.xxhash64("group_id"), F.lit(part_count)).alias("part")
    compared = hashed.join(placed.select("row", part, *rows.counts), "row")
    alone = hashed.join(placed, "row", "left_anti").select(
        "key",
        "record_id",
        F.col("record_id").alias("first"),
        "known",
        F.lit(1.0).alias("match_confidence_score"),
    )
    schema = StructType(
        [
            StructField("key", records.frame.schema["key"].dataType),
            StructField("record_id", StringType()),
            StructField("first", StringType()),
            StructField("known", LongType()),
            StructField("match_confidence_score", DoubleType()),
        ]
    )

    def match_part(records: pa.Table, pairs: pa.Table) -> pa.Table:
        return judge(records, pairs)

    of_part = pairs.select("l", "r", "evidence", part).groupBy("part")
    return compared.groupBy("part").cogroup(of_part).applyInArrow(match_part, schema).union(alone)


def _placed(rows: SparkRows, pairs: DataFrame) -> DataFrame:
    """Rows that need comparing, with their group: those with a pair, and new ones with an equal."""
    ends = rows_of_groups(pairs)
    placed = rows.frame.join(ends, "row", "left")
    placed = placed.where(f"group_id IS NOT NULL OR copies > 1 AND known = {NEW}")
    return placed.select("row", F.coalesce("group_id", "row").alias("group_id"), *rows.counts)
