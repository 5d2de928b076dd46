"""Lineage: where a frame's plan is cut, so that rounds of joins do not pile up in it."""

from __future__ import annotations

import tempfile

from pyspark.sql import DataFrame, SparkSession

from glueml_core.errors import InvalidInputException

__all__ = ["cut", "prepare_cuts"]


def prepare_cuts(spark: SparkSession) -> None:
    """
    See to it that frames can be written aside where every executor reads them.

    Raises:
        InvalidInputException: Several machines, and no checkpoint directory that they share.
    """
    context = spark.sparkContext
    if context.getCheckpointDir() is not None:
        return
    if not str(context.master).startswith("local"):
        raise InvalidInputException(
            "Spark has no checkpoint directory. Set one that every executor can reach: "
            "spark.sparkContext.setCheckpointDir(…)."
        )
    context.setCheckpointDir(tempfile.mkdtemp(prefix="glueml-checkpoints-"))


def cut(frame: DataFrame) -> DataFrame:
    """
    The frame, computed and written aside.

    Unlike a cache, what is written survives the executor that wrote it, and its plan is a leaf.
    """
    return frame.checkpoint(eager=True)
