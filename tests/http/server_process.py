"""`glueml serve` as its user has it: a process, which can be told to stop, or killed."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil

from tests.http.serving import glue_client
from tests.waiting import PATIENCE_S, wait_for

SERVE = [str(Path(sys.executable).with_name("glueml")), "serve"]


class ServerProcess:
    """
    One `glueml serve`, listening.

    Args:
        store: The store's folder; its parent may be named by `file://`.
        variables: Of the environment, over the test's own.
        options: Of the command line.
    """

    def __init__(self, store: Path, variables: dict[str, str], *options: str) -> None:
        self._log = store.with_suffix(".log")
        environment = os.environ | {
            "GLUEML_HOME": str(store),
            "GLUEML_FILE_ROOTS": json.dumps([str(store.parent)]),
        }
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [*SERVE, "--port", "0", *options],
                env=environment | variables,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self.process.stdout is not None
        self.announcement = self.process.stdout.readline()
        found = re.search(r"http://\S+", self.announcement)
        assert found, self.log()
        self.url = found[0]

    def client(self, **config: Any) -> Any:
        return glue_client(self.url, **config)

    def log(self) -> str:
        return self._log.read_text()

    def stop(self) -> int:
        """Ask it to stop, and give its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_S)

    def kill(self) -> None:
        """SIGKILL, for the server alone."""
        self.process.kill()
        self.process.wait()

    def kill_all(self) -> None:
        """SIGKILL, for all that the server has started too, as when its container is killed."""
        family = [psutil.Process(self.process.pid)]
        family += family[0].children(recursive=True)
        # Some end by themselves between a look and a signal.
        for member in family:
            with suppress(psutil.NoSuchProcess):
                member.suspend()
        for member in family:
            with suppress(psutil.NoSuchProcess):
                member.kill()
        self.process.wait()


@contextmanager
def serve(store: Path, *options: str, **variables: str) -> Iterator[ServerProcess]:
    """A server that is gone afterwards, with all it started."""
    server = ServerProcess(store, variables, *options)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.kill_all()


def wait_until_ended(glue: Any, transform_id: str, run_id: str) -> dict[str, Any]:
    """The run when it is over, as any client sees it: by asking again and again."""

    def ended() -> dict[str, Any] | None:
        run: dict[str, Any] = glue.get_ml_task_run(TransformId=transform_id, TaskRunId=run_id)
        return None if run["Status"] in {"STARTING", "RUNNING", "STOPPING"} else run

    found: dict[str, Any] = wait_for(ended)
    return found
