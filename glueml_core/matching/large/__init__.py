"""Matching tables too large to compare as a whole: joins first, then part by part."""

from __future__ import annotations

from glueml_core.matching.large.comparing import compare_sample, joined_pairs
from glueml_core.matching.large.finding import find_matches_in_parts
from glueml_core.matching.large.forecast import TableTooLargeError
from glueml_core.matching.large.incremental import find_incremental_matches_in_parts

__all__ = [
    "TableTooLargeError",
    "compare_sample",
    "find_incremental_matches_in_parts",
    "find_matches_in_parts",
    "joined_pairs",
]
