"""The launcher: this process's nursery, and the supervisors it has brought forth."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil

from glueml_core.tasks.processes import Handover

__all__ = ["launch"]

_OnEnd = Callable[[], None]


class _Nursery:
    """One nursery process; `launch` returns at once, whether it has loaded or not."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            # -P: a module in the user's folder must not stand in for one of ours.
            [sys.executable, "-P", "-m", "glueml_core.tasks.nursery"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=_environ(),
            start_new_session=True,
        )
        self.pid_here = os.getpid()
        self._waiting: deque[_OnEnd] = deque()
        threading.Thread(target=self._listen, daemon=True).start()

    def launch(self, line: bytes, on_end: _OnEnd) -> bool:
        """Ask for a supervisor; False if the nursery has died."""
        assert self.process.stdin is not None
        self._waiting.append(on_end)
        try:
            self.process.stdin.write(line)
            self.process.stdin.flush()
        except BrokenPipeError:
            # Where it died just now, the listener may have told already.
            with suppress(ValueError):
                self._waiting.remove(on_end)
                return False
        return True

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            arguments = (int(line), self._waiting.popleft())
            threading.Thread(target=_tell_end, args=arguments, daemon=True).start()
        self.process.wait()
        while self._waiting:
            self._waiting.popleft()()


_lock = threading.Lock()
_nursery: _Nursery | None = None


def launch(handover: Handover, on_end: _OnEnd) -> None:
    """
    Have a run supervised by a process that outlives this one; returns at once.

    Args:
        handover: The run.
        on_end: Called in a thread when the supervisor has ended, or could not be started.

    Raises:
        OSError: No process could be started.
    """
    global _nursery
    line = _request(handover)
    with _lock:
        # After a fork there are two of us, and the nursery is the other one's.
        alive = _nursery is not None and _nursery.pid_here == os.getpid()
        if _nursery is None or not alive or not _nursery.launch(line, on_end):
            _nursery = _Nursery()
            if not _nursery.launch(line, on_end):
                raise BrokenPipeError("The nursery of task runs died.")


def _request(handover: Handover) -> bytes:
    asked = {"handover": handover.plain(), "environ": _environ(), "cwd": str(Path.cwd())}
    return json.dumps(asked).encode() + b"\n"


def _environ() -> dict[str, str]:
    # Threads that wait for each other by spinning take ten times as long on a busy machine.
    return {"OMP_WAIT_POLICY": "PASSIVE", **os.environ}


def _tell_end(pid: int, on_end: _OnEnd) -> None:
    with suppress(psutil.NoSuchProcess):
        psutil.Process(pid).wait()
    on_end()
