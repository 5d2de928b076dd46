"""Portions of what is too much for the memory at once."""

from __future__ import annotations

__all__ = ["portions"]


def portions(count: int, size: int) -> list[slice]:
    """Slices of at most `size`, one after the other, of `count` things in all."""
    return [slice(start, start + size) for start in range(0, count, size)]
