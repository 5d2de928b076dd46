"""Portions of what is too much for the memory, or for one core, at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from glueml_core.matching.cores import CORES

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["each_portion", "portions"]

# Large enough to be worth handing over, and small enough to stay near the core that works on it.
_FOR_A_CORE = 20_000


def portions(count: int, size: int) -> list[slice]:
    """Slices of at most `size`, one after the other, of `count` things in all."""
    return [slice(start, start + size) for start in range(0, count, size)]


def each_portion(work: Callable[[slice], None], count: int) -> None:
    """
    Do some work on every portion of `count` things, on as many cores as there are.

    It pays where the work is done by NumPy or SciPy, which let other threads run meanwhile.
    """
    parts = portions(count, _FOR_A_CORE)
    if len(parts) < 2:
        for part in parts:
            work(part)
        return
    with ThreadPoolExecutor(min(CORES, len(parts))) as threads:
        list(threads.map(work, parts))
