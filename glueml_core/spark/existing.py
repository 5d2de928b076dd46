"""Existing records: a Spark frame that an earlier run answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pyspark.sql.functions as F  # noqa: N812
from pyspark.sql import DataFrame

from glueml_core.errors import InvalidInputException
from glueml_core.spark.records import NEW, column_of
from glueml_core.tables.records import HIGHEST_MATCH_ID

__all__ = ["Existing"]

_ADDED = ("match_id", "match_confidence_score")


@dataclass(frozen=True)
class Existing:
    """
    Records with their clusters, counted from 0.

    Args:
        frame: The user's columns, and KNOWN.
        lowest: What was taken from each `match_id`, so that none is below 0.
    """

    KNOWN: ClassVar = "glueml known"

    frame: DataFrame
    lowest: int

    @classmethod
    def of(cls, frame: DataFrame) -> Existing:
        """
        Read the `match_id` of every record.

        Raises:
            InvalidInputException: There is none, or no whole number, or none is left for others.
        """
        if "match_id" not in frame.columns:
            raise InvalidInputException("existingFrame lacks the column match_id.")
        given = column_of(frame, "match_id")
        number = given.try_cast("bigint")
        wrong = F.when(number.isNull() | (number != given), given.cast("string"))
        seen = frame.agg(
            F.count_if(given.isNull()).alias("missing"),
            F.first(wrong, ignorenulls=True).alias("wrong"),
            F.min(number).alias("lowest"),
            F.max(number).alias("highest"),
        ).first()
        assert seen is not None
        if seen["missing"]:
            raise InvalidInputException(
                f"Column match_id has no value in {seen['missing']} rows of existingFrame."
            )
        if seen["wrong"] is not None:
            raise InvalidInputException(
                f"Column match_id of existingFrame is not a whole number: {seen['wrong']}"
            )
        lowest, highest = min(seen["lowest"] or 0, 0), seen["highest"] or 0
        if highest - lowest > HIGHEST_MATCH_ID:
            raise InvalidInputException(
                f"Column match_id of existingFrame reaches from {lowest} to {highest}, which "
                "leaves no room for new clusters."
            )
        known = (number - F.lit(lowest)).alias(cls.KNOWN)
        others = [column_of(frame, name) for name in frame.columns if name not in _ADDED]
        return cls(frame.select(*others, known), lowest)

    def with_new(self, incremental: DataFrame) -> DataFrame:
        """
        New records below these.

        Raises:
            InvalidInputException: The frames disagree on a column's type.
        """
        new = incremental.withColumn(self.KNOWN, F.lit(NEW).cast("bigint"))
        ours = {field.name.lower(): field.dataType for field in self.frame.schema.fields}
        for field in new.schema.fields:
            if ours.get(field.name.lower(), field.dataType) != field.dataType:
                raise InvalidInputException(
                    f"The existing and the new records disagree on the type of column {field.name}."
                )
        return self.frame.unionByName(new, allowMissingColumns=True)

    def own_numbers(self, matches: DataFrame) -> DataFrame:
        """What was found, with `match_id` as the user's frame has them."""
        return matches.withColumn("match_id", F.col("match_id") + F.lit(self.lowest))
