"""How much memory this process needs at most, with the processes it starts."""

from __future__ import annotations

import psutil

from benchmarks.watch import Watch

__all__ = ["MemoryWatch"]

_INTERVAL_S = 0.2
_MIB = 1 << 20


class MemoryWatch(Watch):
    """
    Looks at the memory in use a few times a second, while it is entered.

    Resident memory of the largest single process: a task run's worker, as a rule. Pages that
    processes share are not counted twice this way.
    """

    def __init__(self) -> None:
        super().__init__(_INTERVAL_S)
        self.peak_mib = 0

    def look(self) -> None:
        """Take the largest process's memory, if it is more than any before."""
        own = psutil.Process()
        for process in [own, *own.children(recursive=True)]:
            try:
                used = process.memory_info().rss // _MIB
            except psutil.NoSuchProcess:
                continue
            self.peak_mib = max(self.peak_mib, used)
