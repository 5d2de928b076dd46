"""The cores that work is spread over."""

from __future__ import annotations

import os

__all__ = ["CORES"]

# More threads than this would wait for memory, and each holds a portion of the work.
_AT_MOST = 8

CORES = min(os.cpu_count() or 1, _AT_MOST)
