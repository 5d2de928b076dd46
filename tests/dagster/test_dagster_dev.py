"""The example project as its user runs it: `dagster dev`, driven through its webserver."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from glueml_core import connect

ROOT = Path(__file__).parents[2]
PROJECT = ROOT / "examples" / "customers"
PATIENCE_S = 240

LAUNCH = """
mutation($params: ExecutionParams!) {
  launchRun(executionParams: $params) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on Error { message }
  }
}
"""
STATUS = "query($id: ID!) { runOrError(runId: $id) { ... on Run { status } } }"
TERMINATE = "mutation($id: String!) { terminateRun(runId: $id) { __typename } }"
START_SENSOR = """
mutation($sensor: SensorSelector!) { startSensor(sensorSelector: $sensor) { __typename } }
"""
LATEST = """
query($key: AssetKeyInput!) {
  assetNodeOrError(assetKey: $key) {
    ... on AssetNode { assetMaterializations(limit: 1) { runId metadataEntries { label } } }
  }
}
"""


def wait_until(fact: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + PATIENCE_S
    while not (found := fact()):
        assert time.monotonic() < deadline, "It never came true."
        time.sleep(0.5)
    return found


class Dev:
    """A running `dagster dev` and the folder that it works in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = folder / "store"
        self.files = self.store / "files"
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        home = folder / "dagster"
        home.mkdir()
        shutil.copy(ROOT / "deploy" / "dagster.yaml", home)
        self.environment = {
            **os.environ,
            "DAGSTER_HOME": str(home),
            "DAGSTER_DISABLE_TELEMETRY": "1",
            "GLUEML_HOME": str(self.store),
            "GLUEML_FOLDER": str(self.files),
        }

    def start(self) -> subprocess.Popen[bytes]:
        command = ["dagster", "dev", "-m", "customers.definitions", "-p", str(self.port)]
        with (self.folder / "log").open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=PROJECT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/graphql",
            json.dumps({"query": query, "variables": variables}).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as response:
            (answer,) = json.load(response)["data"].values()
        return answer

    def is_up(self) -> bool:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}/server_info", timeout=5).close()
        except OSError:
            return False
        return True

    def launch(self, *assets: str) -> str:
        selector = {
            "repositoryLocationName": "customers.definitions",
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
            return status if status in ("SUCCESS", "FAILURE", "CANCELED") else None

        return wait_until(end)

    def task_runs(self) -> list[dict[str, Any]]:
        glue = connect(self.store)
        (transform,) = glue.get_ml_transforms()["Transforms"]
        return glue.get_ml_task_runs(TransformId=transform["TransformId"])["TaskRuns"]

    def latest(self, asset: str) -> dict[str, Any] | None:
        node = self.ask(LATEST, key={"path": asset.split("/")})
        return next(iter(node["assetMaterializations"]), None)


@pytest.fixture(scope="module")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dev]:
    dev = Dev(tmp_path_factory.mktemp("dev"))
    process = dev.start()
    try:
        wait_until(dev.is_up)
        yield dev
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(60)


class TestTheExampleProject:
    def test_lives_a_whole_life_through_the_webserver(self, dev):
        """Launch and watch; cancel; labels come in by a sensor; matches come out."""
        first = dev.launch("customers", "glueml/customers/transform")
        assert dev.end_of(first) == "SUCCESS"

        canceled = dev.launch("glueml/customers/labeling_set")
        wait_until(lambda: [run for run in dev.task_runs() if run["Status"] == "RUNNING"])
        dev.ask(TERMINATE, id=canceled)
        assert dev.end_of(canceled) == "CANCELED"
        assert [run["Status"] for run in dev.task_runs()] == ["STOPPED"]

        drops = dev.files / "find_matches" / "labels"
        drops.mkdir(parents=True)
        shutil.copy(PROJECT / "data" / "labeled_by_hand.csv", drops)
        dev.ask(
            START_SENSOR,
            sensor={
                "repositoryLocationName": "customers.definitions",
                "repositoryName": "__repository__",
                "sensorName": "label_drops_customers",
            },
        )
        wait_until(lambda: dev.latest("glueml/customers/labels"))

        last = dev.launch("glueml/customers/evaluation", "glueml/customers/matches")
        assert dev.end_of(last) == "SUCCESS"
        shown = {
            entry["label"] for entry in dev.latest("glueml/customers/matches")["metadataEntries"]
        }
        assert {"cluster_sizes", "sample_clusters", "glueml/duplicates"} <= shown


def test_the_workspace_loads_as_it_stands(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "dagster", "definitions", "validate", "-w", "workspace.yaml"],
        cwd=ROOT,
        env={**os.environ, "DAGSTER_HOME": str(tmp_path), "GLUEML_HOME": str(tmp_path / "store")},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )

    assert done.returncode == 0, done.stderr
