"""Portions of what is too much for the memory, or for one core, at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glueml_core.matching.cores import on_all_cores

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["each_portion", "portions"]

# Large enough to be worth handing over, and small enough to stay near the core that works on it.
_FOR_A_CORE = 20_000


def portions(count: int, size: int) -> list[slice]:
    """Slices of at most `size`, one after the other, of `count` things in all."""
    return [slice(start, start + size) for start in range(0, count, size)]


def each_portion(
    work: Callable[[slice], None],
    count: int,
    size: int = _FOR_A_CORE,
    progress: Callable[[float], None] = lambda share: None,
) -> None:
    """
    Do some work on every portion of `count` things, on as many cores as there are.

    Args:
        work: Called with each portion.
        count: How many things there are.
        size: How many a portion has at most.
        progress: Told the share of the portions done.
    """
    parts = portions(count, size)
    # A single portion is not worth a thread.
    done = on_all_cores(work, parts) if len(parts) > 1 else map(work, parts)
    for number, _ in enumerate(done, start=1):
        progress(number / len(parts))
