"""Groups of rows that candidate pairs connect, none too large to look at whole."""

from __future__ import annotations

from functools import reduce

import numpy as np
import pyarrow as pa
import pyspark.sql.functions as F  # noqa: N812
from pyspark.sql import DataFrame

from glueml_core.matching.large.candidates import Candidates
from glueml_core.matching.large.groups import LINKED, MAX_GROUP_ROWS, STEP, group_rows
from glueml_core.spark.components import components
from glueml_core.spark.lineage import cut

__all__ = ["group_pairs", "rows_of_groups"]

# 20 MB of the driver's, which groups them in less time than one of many rounds of jobs takes.
_FOR_THE_DRIVER = 1_000_000


def group_pairs(pairs: DataFrame, min_evidence: int) -> DataFrame:
    """
    The pairs inside groups by the law of `matching.large.groups`, with their `group_id`.

    Args:
        pairs: `l` < `r`, `evidence`; those with LINKED evidence always stay.
        min_evidence: What every pair has at least.

    Returns:
        `l`, `r`, `evidence`, and `group_id`, the group's lowest row, of the pairs inside groups. A
        row without a pair is a group of its own.
    """
    if pairs.count() <= _FOR_THE_DRIVER:
        return _by_the_driver(pairs, min_evidence)
    settled: list[DataFrame] = []
    asked, loose = min_evidence, pairs
    while True:
        placed = _placed(loose)
        oversized = _oversized(placed)
        least = oversized.agg(F.min("least")).first()
        if least is None or least[0] is None:
            return _within(pairs, reduce(DataFrame.union, settled, placed)) if settled else placed
        settled.append(placed.join(oversized, "group_id", "left_anti").select(placed.columns))
        # Steps that no pair falls by change nothing; they are taken at once.
        asked += STEP * ((least[0] - asked) // STEP + 1)
        open_ = placed.join(oversized, "group_id", "left_semi").where(F.col("evidence") >= asked)
        loose = cut(open_.select("l", "r", "evidence"))


def rows_of_groups(pairs: DataFrame) -> DataFrame:
    """Each `row` of some pairs once, with its `group_id`."""
    return pairs.select("group_id", F.explode(F.array("l", "r")).alias("row")).distinct()


def _by_the_driver(pairs: DataFrame, min_evidence: int) -> DataFrame:
    table = pairs.select("l", "r", "evidence").toArrow()
    left, right, evidence = (column.to_numpy() for column in table.columns)
    rows, numbers = np.unique(np.concatenate([left, right]), return_inverse=True)
    candidates = Candidates(numbers[: len(left)], numbers[len(left) :], evidence)
    group, stay = group_rows(candidates, len(rows), min_evidence)
    lowest = rows[np.unique(group, return_index=True)[1]]
    placed = table.append_column("group_id", pa.array(lowest[group[candidates.left]]))
    return cut(pairs.sparkSession.createDataFrame(placed.filter(pa.array(stay))))


def _placed(pairs: DataFrame) -> DataFrame:
    of_row = components(pairs).select(F.col("row").alias("r"), F.col("component").alias("group_id"))
    # The higher row of a pair is never the lowest of its component.
    return cut(pairs.join(of_row, "r").select("l", "r", "evidence", "group_id"))


def _within(pairs: DataFrame, placed: DataFrame) -> DataFrame:
    """All pairs whose rows are in one group, also what was too weak to hold it together."""
    rows = rows_of_groups(placed)
    of_left, of_right = rows.toDF("group_id", "l"), rows.toDF("other", "r")
    both = pairs.join(of_left, "l").join(of_right, "r").where("group_id = other")
    return cut(both.select("l", "r", "evidence", "group_id"))


def _oversized(placed: DataFrame) -> DataFrame:
    """Groups that are too large, and have a pair that may go; with the least evidence of these."""
    sizes = (
        rows_of_groups(placed).groupBy("group_id").count().where(F.col("count") > MAX_GROUP_ROWS)
    )
    least = placed.where(F.col("evidence") < LINKED).groupBy("group_id")
    return sizes.join(least.agg(F.min("evidence").alias("least")), "group_id")
