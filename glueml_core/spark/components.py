"""Connected components of a graph of any size, by alternating stars."""

from __future__ import annotations

import pyspark.sql.functions as F  # noqa: N812
from pyspark.sql import DataFrame

from glueml_core.spark.lineage import cut

__all__ = ["components"]


def components(pairs: DataFrame) -> DataFrame:
    """
    The component of every row but the lowest of each: `row`, `component`, that lowest row.

    Stars are made larger and smaller in turn until each row hangs on the lowest it can reach; the
    rounds grow with the logarithm of the rows, whatever the shape.

    Args:
        pairs: `l` < `r`.

    Source:
        Kiveris et al. (2014), "Connected Components in MapReduce and Beyond".
    """
    edges = pairs.select(F.col("r").alias("u"), F.col("l").alias("v"))
    while True:
        edges = cut(_small_star(_large_star(edges)))
        if _all_stars(edges):
            break
    return edges.select(F.col("u").alias("row"), F.col("v").alias("component"))


def _large_star(edges: DataFrame) -> DataFrame:
    """Every larger neighbor of a row hangs on the row's least neighbor, or on the row itself."""
    both = edges.select(
        F.explode(
            F.array(F.struct("u", "v"), F.struct(F.col("v").alias("u"), F.col("u").alias("v")))
        )
    ).select("col.*")
    least = both.groupBy("u").agg(F.least(F.col("u"), F.min("v")).alias("m"))
    return both.join(least, "u").where("v > u").select(F.col("v").alias("u"), F.col("m").alias("v"))


def _small_star(edges: DataFrame) -> DataFrame:
    """A row and its lesser neighbors hang on the least of these."""
    least = edges.groupBy("u").agg(F.min("v").alias("m"))
    lesser = (
        edges.join(least, "u").where("v > m").select(F.col("v").alias("u"), F.col("m").alias("v"))
    )
    return lesser.union(least.select("u", F.col("m").alias("v"))).distinct()


def _all_stars(edges: DataFrame) -> bool:
    """Whether every row hangs on one row, which hangs on none."""
    ends = edges.select(
        F.explode(
            F.array(
                F.struct(F.col("u").alias("row"), F.lit(1).alias("hangs"), F.lit(0).alias("holds")),
                F.struct(F.col("v").alias("row"), F.lit(0).alias("hangs"), F.lit(1).alias("holds")),
            )
        )
    ).select("col.*")
    of_row = ends.groupBy("row").agg(F.sum("hangs").alias("hangs"), F.max("holds").alias("holds"))
    return of_row.where("hangs > 1 OR hangs = 1 AND holds = 1").isEmpty()
