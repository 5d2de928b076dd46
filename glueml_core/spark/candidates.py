"""Candidate pairs of a Spark table: the joins of the local engine, all keys in one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyspark.sql.functions as F  # noqa: N812
from pyspark.sql import Column, DataFrame

from glueml_core.matching.large.agreement import rarity_sql
from glueml_core.spark.lineage import cut
from glueml_core.spark.records import NEW

if TYPE_CHECKING:
    from glueml_core.matching.large.agreement import Agreement, Key
    from glueml_core.matching.large.effort import JoinEffort
    from glueml_core.spark.rows import SparkRows

__all__ = ["candidates_of"]


def candidates_of(rows: SparkRows, agreement: Agreement, effort: JoinEffort) -> DataFrame:
    """
    Pairs with enough evidence, of which one at least is new: `l` < `r`, `evidence`.

    Args:
        rows: Distinct rows.
        agreement: Chooses the keys and weighs agreements.
        effort: Bounds the rows that may share a key, and the evidence that is asked for.
    """
    blocks = _blocks(rows, agreement.keys(effort.max_block_size), effort.max_block_size)
    one, other = blocks.alias("a"), blocks.alias("b")
    together = one.join(other, F.expr("a.key = b.key AND a.v0 = b.v0 AND a.v1 = b.v1"))
    pairs = together.where(f"a.row < b.row AND (a.known = {NEW} OR b.known = {NEW})").select(
        F.expr("a.row AS l"),
        F.expr("b.row AS r"),
        F.expr(agreement.evidence_sql("a", "b")).cast("int").alias("evidence"),
    )
    enough = agreement.min_evidence(effort.evidence_margin)
    # A pair has the same evidence whichever key found it.
    found = pairs.where(F.col("evidence") >= enough).groupBy("l", "r")
    return cut(found.agg(F.first("evidence").alias("evidence")))


def _blocks(rows: SparkRows, keys: list[Key], max_block_size: int) -> DataFrame:
    """Each row once for each key whose block is not too large, with what a pair is judged by."""
    keyed = _weighed(rows).select("*", F.explode(F.array(*map(_key, range(len(keys)), keys))))
    keyed = keyed.select("*", "col.*").drop("col").where("v0 IS NOT NULL AND v1 IS NOT NULL")
    # Counting first costs less than gathering blocks that may hold a tenth of the table.
    sizes = keyed.groupBy("key", "v0", "v1").count().where(f"count BETWEEN 2 AND {max_block_size}")
    return keyed.join(sizes.drop("count"), ["key", "v0", "v1"])


def _key(number: int, key: Key) -> Column:
    values = [F.col(f"h{column}") for column in key]
    second = values[1] if len(values) > 1 else F.lit(0).cast("bigint")
    return F.struct(F.lit(number).alias("key"), values[0].alias("v0"), second.alias("v1"))


def _weighed(rows: SparkRows) -> DataFrame:
    """The rows with `w0`, `w1`, …: how rare the value of each column is."""
    # As a double: a decimal's quotient is rounded elsewhere than in DuckDB.
    rarities = (rarity_sql(f"CAST({count} AS double)", rows.count) for count in rows.counts)
    weights = [F.expr(rarity).alias(f"w{number}") for number, rarity in enumerate(rarities)]
    return rows.frame.select("*", *weights).drop(*rows.counts)
