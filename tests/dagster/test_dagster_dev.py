"""The example project as its user runs it: `dagster dev`, driven through its webserver."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from glueml_core import connect, core_of
from glueml_core.store import TaskRun
from glueml_core.store.task_runs import TaskRuns
from tests.dagster.dev import Dev, free_port, running
from tests.standing_still import hold
from tests.waiting import PATIENCE_S, wait_for

ROOT = Path(__file__).parents[2]
PROJECT = ROOT / "examples" / "customers"
LOCATION = "customers.definitions"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("dev")


@pytest.fixture(scope="module")
def dev(folder: Path) -> Iterator[Dev]:
    home = folder / "dagster"
    home.mkdir()
    shutil.copy(ROOT / "deploy" / "dagster.yaml", home)
    environment = {
        "DAGSTER_HOME": str(home),
        "GLUEML_HOME": str(folder / "store"),
        "GLUEML_FOLDER": str(folder / "store" / "files"),
    }
    dev = Dev(free_port(), LOCATION)
    command = [sys.executable, "-m", "dagster", "dev", "-m", LOCATION, "-p", str(dev.port)]
    with running(dev, command, PROJECT, environment, folder / "log"):
        yield dev


def in_status(task_runs: TaskRuns, status: str) -> TaskRun | None:
    """The one run that is at work, if it is in a status."""
    return next((run for run in task_runs.active() if run.status == status), None)


class TestTheExampleProject:
    def test_lives_a_whole_life_through_the_webserver(self, dev, folder):
        """Launch and watch; cancel; labels come in by a sensor; matches come out."""
        first = dev.launch("customers", "glueml/customers/transform")
        assert dev.end_of(first) == "SUCCESS"

        canceled = dev.launch("glueml/customers/labeling_set")
        task_runs = core_of(connect(folder / "store")).store.task_runs
        run = wait_for(lambda: in_status(task_runs, "RUNNING"))
        # Held, so that the work cannot be done before it is to stop.
        supervisor = psutil.Process(run.owner.pid)
        hold(supervisor, folder / "store")
        dev.terminate(canceled)
        wait_for(lambda: in_status(task_runs, "STOPPING"))
        supervisor.resume()
        assert dev.end_of(canceled) == "CANCELED"
        # Dagster's process asks for the end and leaves; the supervisor sees to it a moment later.
        wait_for(lambda: task_runs.get(run.id).status == "STOPPED")

        drops = folder / "store" / "files" / "find_matches" / "labels"
        drops.mkdir(parents=True)
        shutil.copy(PROJECT / "data" / "labeled_by_hand.csv", drops)
        dev.start_sensor("label_drops_customers")
        wait_for(lambda: dev.latest("glueml/customers/labels"))

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
