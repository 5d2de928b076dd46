"""The engine for tables beyond one machine: the laws of `matching.large`, as Spark joins."""

from __future__ import annotations

from glueml_core.spark.finding import find_matches
from glueml_core.spark.incremental import find_incremental_matches
from glueml_core.spark.records import SparkRecords, spark_records

__all__ = ["SparkRecords", "find_incremental_matches", "find_matches", "spark_records"]
