"""The transforms of `awsglueml.transforms`, on frames of pandas and Spark and on files."""

from __future__ import annotations

from glueml_core.transforms.apply import FindIncrementalMatches, FindMatches
from glueml_core.transforms.jobs import TaskRunFailedError, start_find_matches

__all__ = [
    "FindIncrementalMatches",
    "FindMatches",
    "TaskRunFailedError",
    "start_find_matches",
]
