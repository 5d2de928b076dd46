"""The cores that work is spread over."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["CORES", "on_all_cores"]

# More threads than this would wait for memory, and each holds a portion of the work.
_AT_MOST = 8

CORES = min(os.cpu_count() or 1, _AT_MOST)

_Thing = TypeVar("_Thing")
_Made = TypeVar("_Made")


def on_all_cores(work: Callable[[_Thing], _Made], things: Iterable[_Thing]) -> Iterator[_Made]:
    """
    What some work makes of each thing, in their order; a core takes one thing at a time.

    It pays where the work is done by NumPy, SciPy, Arrow or LightGBM, which let other threads run
    meanwhile. Nothing begins before the first is asked for.
    """
    with ThreadPoolExecutor(CORES) as threads:
        yield from threads.map(work, things)
