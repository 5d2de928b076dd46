"""The transforms of `awsglueml.transforms`, on frames of pandas and Spark and on files."""

from __future__ import annotations

from glueml_core.transforms.apply import FindIncrementalMatches, FindMatches
from glueml_core.transforms.jobs import TaskRunFailedError, start_find_matches
from glueml_core.transforms.on_spark import match_table_on_spark

__all__ = [
    "FindIncrementalMatches",
    "FindMatches",
    "TaskRunFailedError",
    "match_table_on_spark",
    "start_find_matches",
]
