"""Numbers: 0, 1, 2, … for things that no single machine has seen all of."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyspark.sql.functions as F  # noqa: N812
from pyspark.sql import DataFrame, Window

__all__ = ["numbered"]

_BUCKETS = 1024


def numbered(things: DataFrame, name: str, first: int = 0) -> DataFrame:
    """
    Number distinct things in an order that depends on nothing but what they are.

    Args:
        things: Distinct values of `name`.
        name: A column of text.
        first: The lowest number.

    Returns:
        `name` and `number`.
    """
    bucket = F.pmod(F.xxhash64(name), F.lit(_BUCKETS)).cast("int").alias("bucket")
    placed = things.select(name, bucket)
    sizes = placed.groupBy("bucket").count().orderBy("bucket").toArrow()
    counts = sizes["count"].to_numpy()
    before = pa.table({"bucket": sizes["bucket"], "before": first + np.cumsum(counts) - counts})
    starts = things.sparkSession.createDataFrame(before)
    place = F.row_number().over(Window.partitionBy("bucket").orderBy(name)) - 1
    ranked = placed.select(name, "bucket", place.alias("place"))
    return ranked.join(F.broadcast(starts), "bucket").select(
        name, (F.col("before") + F.col("place")).alias("number")
    )
