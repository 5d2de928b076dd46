"""A running `dagster dev`, driven as its pages drive it: by GraphQL."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.waiting import wait_for

__all__ = ["Dev", "free_port", "running"]

# Between two questions to a webserver that has other work to do.
PAUSE_S = 0.3
ENDED = ("SUCCESS", "FAILURE", "CANCELED")

LAUNCH = """
mutation($params: ExecutionParams!) {
  launchRun(executionParams: $params) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on Error { message }
  }
}
"""
RUNS = """
query($filter: RunsFilter!) {
  runsOrError(filter: $filter) { ... on Runs { results { runId jobName status } } }
}
"""
STATUS = "query($id: ID!) { runOrError(runId: $id) { ... on Run { status } } }"
TAGS = "query($id: ID!) { runOrError(runId: $id) { ... on Run { tags { key value } } } }"
TERMINATE = """
mutation($id: String!) {
  terminateRun(runId: $id) { __typename ... on TerminateRunFailure { message } }
}
"""
START_SENSOR = """
mutation($sensor: SensorSelector!) { startSensor(sensorSelector: $sensor) { __typename } }
"""
LATEST = """
query($key: AssetKeyInput!) {
  assetOrError(assetKey: $key) {
    ... on Asset { assetMaterializations(limit: 1) { runId metadataEntries { label } } }
  }
}
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@dataclass(frozen=True)
class Dev:
    """Dagster's webserver and one code location of it."""

    port: int
    location: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        request = urllib.request.Request(
            f"{self.url}/graphql",
            json.dumps({"query": query, "variables": variables}).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as response:
            (answer,) = json.load(response)["data"].values()
        return answer

    def is_up(self) -> bool:
        try:
            urllib.request.urlopen(f"{self.url}/server_info", timeout=5).close()
        except OSError:
            return False
        return True

    def launch(self, *assets: str) -> str:
        """Materialize assets in one run."""
        selector = {
            "repositoryLocationName": self.location,
            "repositoryName": "__repository__",
            "pipelineName": "__ASSET_JOB",
            "assetSelection": [{"path": asset.split("/")} for asset in assets],
        }
        answer = self.ask(LAUNCH, params={"selector": selector, "runConfigData": {}})
        assert answer["__typename"] == "LaunchRunSuccess", answer
        return answer["run"]["runId"]

    def end_of(self, run_id: str) -> str:
        def end() -> str | None:
            status = self.ask(STATUS, id=run_id)["status"]
            return status if status in ENDED else None

        return wait_for(end, PAUSE_S)

    def runs(self, **filters: Any) -> list[dict[str, str]]:
        """The newest first."""
        return self.ask(RUNS, filter=filters)["results"]

    def tags(self, run_id: str) -> dict[str, str]:
        return {tag["key"]: tag["value"] for tag in self.ask(TAGS, id=run_id)["tags"]}

    def terminate(self, run_id: str) -> None:
        answer = self.ask(TERMINATE, id=run_id)
        assert answer["__typename"] == "TerminateRunSuccess", answer

    def start_sensor(self, name: str) -> None:
        repository = {"repositoryLocationName": self.location, "repositoryName": "__repository__"}
        self.ask(START_SENSOR, sensor={**repository, "sensorName": name})

    def latest(self, asset: str) -> dict[str, Any] | None:
        node = self.ask(LATEST, key={"path": asset.split("/")})
        return next(iter(node.get("assetMaterializations", [])), None)


def _heed_interrupts() -> None:
    """Dagster ends by SIGTERM only where SIGINT would, and shells let background jobs ignore it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def running(
    dev: Dev, command: Sequence[str], cwd: Path, environment: dict[str, str], log: Path
) -> Iterator[Dev]:
    """Start it, wait until it answers, and end it with all that it started."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env={**os.environ, "DAGSTER_DISABLE_TELEMETRY": "1", **environment},
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=_heed_interrupts,
        )
    try:
        wait_for(dev.is_up, PAUSE_S)
        yield dev
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(60)
