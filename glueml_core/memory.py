"""The memory of this machine, or of the container that the process lives in."""

from __future__ import annotations

from pathlib import Path

import psutil

__all__ = ["memory_mib"]

_MIB = 1 << 20
# Of version 2 of control groups, and of version 1.
_LIMITS = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)


def memory_mib(limits: tuple[Path, ...] = _LIMITS) -> int:
    """Physical memory, or what the first of some files that tells a number allows of it."""
    physical = int(psutil.virtual_memory().total)
    told = (limit.read_text(encoding="ascii").strip() for limit in limits if limit.exists())
    allowed = next((int(text) for text in told if text.isdigit()), physical)
    return min(physical, allowed) // _MIB
