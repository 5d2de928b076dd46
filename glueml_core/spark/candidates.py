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
    one, other = _weighed(rows).alias("a"), _weighed(rows).alias("b")
    pairs = _pairs_within(blocks).join(one, F.expr("l = a.row")).join(other, F.expr("r = b.row"))
    evidence = F.expr(agreement.evidence_sql("a", "b")).cast("int").alias("evidence")
    enough = agreement.min_evidence(effort.evidence_margin)
    return cut(pairs.select("l", "r", evidence).where(F.col("evidence") >= enough))


def _pairs_within(blocks: DataFrame) -> DataFrame:
    """Every two rows of a block of which one at least is new: `l` < `r`, each pair once."""
    one, other = blocks.alias("a"), blocks.alias("b")
    # Told apart by their values first: sorting sees that much of a row at a glance.
    together = one.join(other, F.expr("a.v0 = b.v0 AND a.v1 = b.v1 AND a.key = b.key"))
    pairs = together.where(f"a.row < b.row AND (a.known = {NEW} OR b.known = {NEW})")
    return pairs.select(F.expr("a.row AS l"), F.expr("b.row AS r")).distinct()


def _blocks(rows: SparkRows, keys: list[Key], max_block_size: int) -> DataFrame:
    """Each row once for each key whose block is not too large: `row`, `known` and the key."""
    cells = F.array(*map(_shared_cell, range(rows.column_count)), F.lit(0).cast("bigint"))
    # By number, for an array of keys would be made, and typed, for every row; a key of one column
    # goes with the zero behind the cells.
    first, second = (
        F.lit([key[place] if place < len(key) else rows.column_count for key in keys])
        for place in (0, 1)
    )
    number = F.explode(F.lit(list(range(len(keys))))).alias("key")
    keyed = rows.frame.select("row", "known", cells.alias("cells"), number).select(
        "row",
        "known",
        "key",
        F.col("cells")[first[F.col("key")]].alias("v0"),
        F.col("cells")[second[F.col("key")]].alias("v1"),
    )
    keyed = keyed.where("v0 IS NOT NULL AND v1 IS NOT NULL")
    # Counting first costs less than gathering blocks that may hold a tenth of the table.
    sizes = keyed.groupBy("v0", "v1", "key").count().where(f"count BETWEEN 2 AND {max_block_size}")
    return keyed.join(sizes.drop("count"), ["v0", "v1", "key"])


def _shared_cell(column: int) -> Column:
    """A row's value of a column; null also where no other row has the same."""
    return F.when(F.col(f"n{column}") > 1, F.col(f"h{column}"))


def _weighed(rows: SparkRows) -> DataFrame:
    """`row`, its values, and `w0`, `w1`, …: how rare each of them is."""
    # As a double: a decimal's quotient is rounded elsewhere than in DuckDB.
    rarities = (rarity_sql(f"CAST({count} AS double)", rows.count) for count in rows.counts)
    weights = [F.expr(rarity).alias(f"w{number}") for number, rarity in enumerate(rarities)]
    return rows.frame.select("row", *rows.values, *weights)
