"""Processes of task runs: who they are, whether they live, how they start and end."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import cache
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from glueml_core.settings import Settings
from glueml_core.store import Owner, TaskRun

__all__ = [
    "HEARTBEAT_S",
    "Handover",
    "end_worker",
    "is_gone",
    "is_worked_on",
    "start_worker",
    "this_process",
]

HEARTBEAT_S = 5.0
# An owner on another machine that has been silent so long is dead.
_SILENCE = timedelta(seconds=60)
_PR_SET_PDEATHSIG = 1
_DEAD = (b"Z", b"X")
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True)
class Handover:
    """What a process needs to know to work on a run."""

    settings: Settings
    run_id: str
    owner: Owner

    def plain(self) -> dict[str, Any]:
        """As JSON can hold it. It goes through a pipe: arguments can be read by every user."""
        settings = self.settings.model_dump(mode="json")
        return {"settings": settings, "run_id": self.run_id, "owner": asdict(self.owner)}

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Handover:
        """What `plain` gave."""
        return cls(Settings(**plain["settings"]), plain["run_id"], Owner(**plain["owner"]))


def this_process() -> Owner:
    """The calling process as the owner of a run."""
    return Owner(_machine(), os.getpid(), _stat(os.getpid())[1])


def is_worked_on(run: TaskRun, now: datetime) -> bool:
    """Whether the process that owns an active run still lives."""
    if run.owner is None:
        return False
    if run.owner.host != _machine():
        return run.heartbeat_on is not None and now - run.heartbeat_on < _SILENCE
    return not is_gone(run.owner)


def is_gone(owner: Owner) -> bool:
    """Whether a process ran on this machine, since its boot, and lives no more."""
    if owner.host != _machine():
        return False
    try:
        state, started_on = _stat(owner.pid)
    except (FileNotFoundError, ProcessLookupError):
        return True
    return started_on != owner.started_on or state in _DEAD


def start_worker(work: Callable[[Handover], None], handover: Handover) -> BaseProcess:
    """Fork a worker from the supervisor, which has loaded already what both need."""
    worker = get_context("fork").Process(target=_lead_group, args=(work, handover))
    worker.start()
    # The worker does the same; whoever comes first, its group is there before it may have to end.
    with suppress(ProcessLookupError):
        os.setpgid(worker.pid or 0, worker.pid or 0)
    return worker


def end_worker(worker: BaseProcess, grace_s: float) -> None:
    """Ask a worker to end; after `grace_s` seconds, kill it with all it started."""
    worker.terminate()
    worker.join(grace_s)
    if worker.is_alive():
        os.killpg(worker.pid or 0, signal.SIGKILL)
        worker.join()


@cache
def _machine() -> str:
    """The machine, as one between two boots."""
    return f"{socket.gethostname()}/{_BOOT_ID.read_text(encoding='ascii').strip()}"


def _stat(pid: int) -> tuple[bytes, int]:
    """
    The state of a process, and its start in clock ticks from the boot.

    A start in seconds since 1970 would change with every correction of the clock.
    """
    # The name before the last parenthesis may hold anything.
    fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    return fields[0], int(fields[19])


def _lead_group(work: Callable[[Handover], None], handover: Handover) -> None:
    os.setpgid(0, 0)
    _die_with_parent(handover.owner.pid)
    work(handover)


def _die_with_parent(parent_pid: int) -> None:
    """Have this process killed when its parent dies, however that happens (Linux)."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    # It may have died just before.
    if os.getppid() != parent_pid:
        sys.exit(1)
