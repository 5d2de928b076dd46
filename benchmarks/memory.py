"""How much memory this process needs at most, with the processes it starts."""

from __future__ import annotations

import threading
from typing import Self

import psutil

__all__ = ["MemoryWatch"]

_INTERVAL_S = 0.2
_MIB = 1 << 20


class MemoryWatch:
    """
    Looks at the memory in use a few times a second, while it is entered.

    Resident memory of the largest single process: a task run's worker, as a rule. Pages that
    processes share are not counted twice this way.
    """

    def __init__(self) -> None:
        self.peak_mib = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        own = psutil.Process()
        while not self._stop.wait(_INTERVAL_S):
            for process in [own, *own.children(recursive=True)]:
                try:
                    used = process.memory_info().rss // _MIB
                except psutil.NoSuchProcess:
                    continue
                self.peak_mib = max(self.peak_mib, used)
