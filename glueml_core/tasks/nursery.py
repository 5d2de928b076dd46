"""The nursery: a process that has loaded what tasks need, and forks a supervisor for each run."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from multiprocessing import active_children, get_context
from types import FrameType
from typing import Any, NoReturn

from glueml_core.tasks.folder import RunFolder
from glueml_core.tasks.loading import load_tasks
from glueml_core.tasks.log import log_to_stdout
from glueml_core.tasks.processes import Handover

__all__ = ["serve"]


def serve() -> NoReturn:
    """
    Fork a supervisor for each line of standard input, and answer its process id, to the end.

    A line is a JSON object: a `handover`, and the `environ` and `cwd` of whoever asks.
    """
    # The slow part of every task: a second or more.
    load_tasks()
    signal.signal(signal.SIGCHLD, _reap)
    for line in sys.stdin.buffer:
        supervisor = get_context("fork").Process(target=_begin, args=(json.loads(line),))
        supervisor.start()
        # Whoever asked may have died; what was asked for is done all the same.
        with suppress(BrokenPipeError):
            os.write(sys.stdout.fileno(), f"{supervisor.pid}\n".encode())
    # Supervisors outlive the nursery, which else would wait for them.
    os._exit(0)


def _reap(_signal: int, _frame: FrameType | None) -> None:
    # As a zombie, a supervisor would seem alive to those who wait for its end.
    active_children()


def _begin(asked: Mapping[str, Any]) -> None:
    """Become the supervisor, where and as whoever asked for it is."""
    # Not above: it is among what is loaded with some left out.
    from glueml_core.tasks.supervisor import supervise

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    handover = Handover.of(asked["handover"])
    os.setsid()
    _redirect(RunFolder.of(handover.settings, handover.run_id))
    os.chdir(asked["cwd"])
    os.environ.clear()
    os.environ.update(asked["environ"])
    log_to_stdout()
    supervise(handover)


def _redirect(folder: RunFolder) -> None:
    nothing, log = os.open(os.devnull, os.O_RDONLY), folder.open_log()
    for ours, taken in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(ours, taken)
    os.close(nothing)
    os.close(log)


if __name__ == "__main__":
    serve()
