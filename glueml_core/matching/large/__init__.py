"""Matching tables too large to compare as a whole: joins first, then part by part."""

from __future__ import annotations

from glueml_core.matching.large.comparing import compare_sample
from glueml_core.matching.large.finding import find_matches_in_parts

__all__ = ["compare_sample", "find_matches_in_parts"]
