"""
The run server: a process that has Dagster loaded, and forks for each run it is told to execute.

It outlives its host: on the end of its input it takes no more runs, and the runs go on. Unlike
multiprocessing's fork server it never imports the host's main module.
"""

from __future__ import annotations

import os
import signal
import sys

__all__ = ["main"]


def main() -> None:
    """Execute the runs whose ids come line by line; the arguments are the instance and module."""
    home, module = sys.argv[1:]
    _preload(module)
    # Nobody waits for the watchers; the kernel buries them.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for run_id in iter(_read_line, ""):
        if os.fork() == 0:
            os.setsid()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _watch(home, module, run_id)
            os._exit(0)


def _preload(module: str) -> None:
    """Import what a run needs, and open nothing: a connection does not survive a fork."""
    import importlib

    for name in (
        "dagster._core.execution.api",
        "dagster._core.storage.sqlite_storage",
        "dagster._core.storage.local_compute_log_manager",
        "dagster._core.storage.root",
        "dagster._core.launcher",
        "dagster._core.run_coordinator",
        "glueml_core.http.inprocess",
        "glueml_core.tasks.runner",
        module,
    ):
        importlib.import_module(name)


def _read_line() -> str:
    return sys.stdin.readline().strip()


def _watch(home: str, module: str, run_id: str) -> None:
    """Execute in a child; if it dies without a word, say so in its place."""
    from glueml_dagster.runner.instances import execute, repair

    child = os.fork()
    if child == 0:
        status = 1
        try:
            execute(home, module, run_id)
            status = 0
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    repair(home, run_id, f"Its process ended with {os.waitstatus_to_exitcode(status)}.")


if __name__ == "__main__":
    main()
