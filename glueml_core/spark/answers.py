"""Answers: the user's Spark frame with what was found."""

from __future__ import annotations

import pyspark.sql.functions as F  # noqa: N812
from pyspark.sql import DataFrame, Window

from glueml_core.spark.records import column_of

__all__ = ["counts_of", "survivors", "with_matches"]

# More digits than any key that is a number has; what has more is text.
_NUMBER = "decimal(38, 10)"


def with_matches(
    frame: DataFrame, key: str, matches: DataFrame, *, scored: bool, only_matched: bool = False
) -> DataFrame:
    """
    The frame as it is, with `match_id`, and `match_confidence_score` if asked for.

    Args:
        frame: The user's.
        key: Its column with the primary key.
        matches: As `find_matches` gives them.
        scored: Whether to add the score.
        only_matched: Whether rows without a match row are left out; else every row stays.
    """
    added = ["match_id", *(["match_confidence_score"] if scored else [])]
    found = matches.select(F.col("key").alias("glueml key"), *added)
    same = column_of(frame, key) == found["`glueml key`"]
    return frame.join(found, same, "inner" if only_matched else "left").drop("glueml key")


def survivors(matches: DataFrame) -> DataFrame:
    """
    The record with the lowest primary key of each cluster.

    Keys are in the order of numbers if all of them are numbers, else of text.
    """
    number = F.expr(f"try_cast(record_id AS {_NUMBER})")
    is_text = matches.agg(F.bool_or(number.isNull())).first()
    assert is_text is not None
    order = ["record_id"] if is_text[0] else [number, F.col("record_id")]
    place = F.row_number().over(Window.partitionBy("match_id").orderBy(*order))
    return matches.withColumn("place", place).where("place = 1").drop("place")


def counts_of(matches: DataFrame) -> dict[str, int]:
    """How many records and clusters there are."""
    size = F.col("count")
    found = (
        matches.groupBy("match_id")
        .count()
        .agg(
            F.coalesce(F.sum(size), F.lit(0)).alias("record_count"),
            F.count("*").alias("cluster_count"),
            F.coalesce(F.sum(F.when(size > 1, size)), F.lit(0)).alias("matching_record_count"),
            F.coalesce(F.max(size), F.lit(0)).alias("largest_cluster"),
        )
        .first()
    )
    assert found is not None
    return {str(name): int(value) for name, value in found.asDict().items()}
