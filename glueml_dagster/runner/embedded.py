"""The embedded runner: Dagster runs without a daemon and without a webserver."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from glueml_core.tasks.runner import ProcessRunner

if TYPE_CHECKING:
    from glueml_core.settings import Settings
    from glueml_core.store import Store, TaskRun

__all__ = ["DagsterRunner"]

MODULE = "glueml_dagster.definitions"


class DagsterRunner:
    """
    Each task run as a run of the Dagster instance at `DAGSTER_HOME`, else in the store.

    Supervision, cancelling, timeouts and retries stay with the core's own processes, which the
    Dagster run starts and follows; so killing Dagster's part loses nothing.
    """

    def __init__(self, settings: Settings, store: Store) -> None:
        self._store_folder = settings.store
        self._home = Path(os.environ.get("DAGSTER_HOME") or settings.store / "dagster").absolute()
        self._processes = ProcessRunner(settings, store)
        self._server: subprocess.Popen[str] | None = None
        self._handed_over: list[TaskRun] = []
        self._lock = threading.Lock()

    def submit(self, run: TaskRun) -> None:
        """
        Create the Dagster run, and have it executed; a second submit finds it there.

        Raises:
            OSError: No process could be started.
        """
        from glueml_dagster.runner.instances import create

        run_id = create(self._home, MODULE, run, self._store_folder)
        if run_id is None:
            return
        with self._lock:
            server = self._living_server()
            self._handed_over.append(run)
            # If it has just died, its reaper sees to the run.
            with suppress(BrokenPipeError):
                assert server.stdin is not None
                server.stdin.write(f"{run_id}\n")
                server.stdin.flush()

    def cancel(self, run: TaskRun) -> None:
        """Stop the work; the Dagster run sees the end, and ends as canceled."""
        self._processes.cancel(run)

    def recover(self) -> None:
        """Take over task runs whose workers died, and end Dagster runs that nobody executes."""
        self._processes.recover()
        if (self._home / "history").exists():
            from glueml_dagster.runner.instances import repair_orphans

            repair_orphans(self._home)

    def _living_server(self) -> subprocess.Popen[str]:
        if self._server is None or self._server.poll() is not None:
            self._server = _start_server(self._home)
            self._handed_over = []
            reap = threading.Thread(
                target=self._reap, args=(self._server, self._handed_over), daemon=True
            )
            reap.start()
        return self._server

    def _reap(self, server: subprocess.Popen[str], handed_over: list[TaskRun]) -> None:
        """Should the server die, its task runs are done all the same, without Dagster."""
        from glueml_dagster.runner.instances import dagster_run_id, repair

        exit_code = server.wait()
        with self._lock:
            runs = list(handed_over)
        for run in runs:
            reason = f"The run server ended with exit code {exit_code}."
            if repair(self._home, dagster_run_id(run.id), reason, only_waiting=True):
                self._processes.submit(run)


def _start_server(home: Path) -> subprocess.Popen[str]:
    with (home / "run_server.log").open("ab") as log:
        return subprocess.Popen(
            # -P: a module in the user's folder must not stand in for one of ours.
            [sys.executable, "-P", "-m", "glueml_dagster.runner.run_server", str(home), MODULE],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            text=True,
            # Ctrl-C in the host's terminal must not reach the runs.
            start_new_session=True,
        )
