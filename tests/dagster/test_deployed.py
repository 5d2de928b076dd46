"""`make dagster` as it comes out of a fresh checkout: its example, and task runs that boto3 starts.

The second part is the runner `dagster-remote`: another process has the same store, and hands its
task runs to this Dagster through the webserver.
"""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from glueml_core import Core, connect
from glueml_core.settings import Settings
from glueml_core.store import Label, LabelSource, job_properties
from glueml_core.tables.crawler import crawl
from glueml_dagster.runner import remote
from glueml_dagster.status import ACTIVE
from tests.dagster.dev import Dev, free_port, running
from tests.standing_still import hold
from tests.waiting import wait_for

ROOT = Path(__file__).parents[2]
STAGES = [
    "transform",
    "labeling_set",
    "labels",
    "labels_export",
    "evaluation",
    "matches",
    "incremental_matches",
]
JOB = "glueml_task_run"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tracked files alone, and the environment that `make setup` has made."""
    folder = tmp_path_factory.mktemp("checkout")
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    (folder / ".venv").symlink_to(ROOT / ".venv")
    return folder


@pytest.fixture(scope="module")
def dev(checkout: Path, stalled_s3: str) -> Iterator[Dev]:
    dev = Dev(free_port(), "glueml")
    # What is set up needs no second look; a copied file is no older than its stamp.
    command = ["make", "--old-file=.venv/ready", "dagster", f"PORT={dev.port}"]
    environment = {
        "AWS_ENDPOINT_URL_S3": stalled_s3,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "GLUEML_HOME": str(checkout / ".glueml"),
    }
    with running(dev, command, checkout, environment, checkout / "log"):
        yield dev


class Service:
    """An endpoint's own core: the same store, and Dagster far away as its runner."""

    def __init__(self, store: Path, people: Path) -> None:
        self.core = Core.of(Settings.of(store))
        self.glue = connect(self.core)
        self.output = (store / "exported").as_uri()
        table = crawl(people.as_uri(), self.core.settings) | {"Name": "people"}
        self.glue.create_database(DatabaseInput={"Name": "crm"})
        self.glue.create_table(DatabaseName="crm", TableInput=table)
        self.transform_id = self.glue.create_ml_transform(
            Name="remote people",
            Role="r",
            InputRecordTables=[{"DatabaseName": "crm", "TableName": "people"}],
            Parameters={
                "TransformType": "FIND_MATCHES",
                "FindMatchesParameters": {"PrimaryKeyColumnName": "id"},
            },
            MaxRetries=1,
        )["TransformId"]
        labels = [Label("s1", str(n), "A", {"id": str(n), "name": "Person"}) for n in range(2)]
        source = LabelSource(uri="file:///labels.csv")
        self.core.store.labels.append(self.transform_id, labels, source)

    def start_export(self) -> str:
        return self.glue.start_export_labels_task_run(
            TransformId=self.transform_id, OutputS3Path=self.output
        )["TaskRunId"]

    def start_endless(self) -> str:
        """An export to a server that never answers; as the API starts it after a look there."""
        run = self.core.store.task_runs.add(
            self.transform_id, "EXPORT_LABELS", {"OutputS3Path": "s3://stalled/labels"}
        )
        self.core.runner.submit(run)
        wait_for(lambda: self.status(run.id) == "RUNNING")
        return run.id

    def cancel(self, task_run_id: str) -> None:
        self.glue.cancel_ml_task_run(TransformId=self.transform_id, TaskRunId=task_run_id)

    def status(self, task_run_id: str) -> str:
        return self.task_run(task_run_id)["Status"]

    def task_run(self, task_run_id: str) -> dict[str, Any]:
        return self.glue.get_ml_task_run(TransformId=self.transform_id, TaskRunId=task_run_id)

    def ended(self, task_run_id: str) -> str:
        def end() -> str | None:
            status = self.status(task_run_id)
            return None if status in ACTIVE else status

        return wait_for(end)


@pytest.fixture(scope="module")
def service(dev: Dev, checkout: Path, stalled_s3: str) -> Iterator[Service]:
    people = checkout / ".glueml" / "remote_people"
    people.mkdir(parents=True)
    (people / "people.csv").write_text("id,name\n0,Person 0\n1,Person 0\n2,Person 1")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("GLUEML_RUNNER", "dagster-remote")
        environment.setenv("GLUEML_RUNNER_URL", dev.url)
        environment.setattr(remote, "HANDOVER_S", 0)
        service = Service(checkout / ".glueml", people)
        yield service
        service.core.close()


@pytest.fixture
def queue(dev: Dev, checkout: Path) -> Iterator[None]:
    """Dagster's queue, which lets nothing through meanwhile: its daemon would, within a second."""
    mine = psutil.Process().children(recursive=True)
    daemon = next(process for process in mine if "dagster._daemon" in process.cmdline())
    hold(daemon, checkout / ".dagster")
    yield
    daemon.resume()


def run_of(dev: Dev, task_run_id: str) -> dict[str, str]:
    """The newest Dagster run of a task run."""
    tags = [{"key": f"glueml/{task_run_id}", "value": "labels_export"}]
    return dev.runs(tags=tags)[0]


class TestMakeDagster:
    """One class, one server."""

    def test_materializes_the_whole_example_at_one_press_of_the_button(self, dev):
        run_id = dev.launch(
            "people", "newcomers", "answers", *(f"glueml/people/{stage}" for stage in STAGES)
        )

        assert dev.end_of(run_id) == "SUCCESS"
        assert all(dev.latest(f"glueml/people/{stage}")["runId"] == run_id for stage in STAGES)

    def test_works_on_a_task_run_that_boto3_starts_elsewhere(self, dev, service):
        task_run_id = service.start_export()

        seen = run_of(dev, task_run_id)
        assert seen["jobName"] == JOB
        assert dev.end_of(seen["runId"]) == "SUCCESS"
        assert service.status(task_run_id) == "SUCCEEDED"
        assert dev.latest("glueml/remote_people/labels_export")["runId"] == seen["runId"]
        job = service.core.store.task_runs.get(task_run_id).details["job"]
        assert job == job_properties(JOB, seen["runId"])
        assert dev.tags(seen["runId"])["glueml/transform_id"] == service.transform_id

    def test_has_one_run_of_it_however_often_it_is_submitted(self, dev, service):
        task_run_id = service.start_endless()

        service.core.runner.submit(service.core.store.task_runs.get(task_run_id))
        service.core.recover()

        tags = [{"key": f"glueml/{task_run_id}", "value": "labels_export"}]
        assert len(dev.runs(tags=tags)) == 1
        service.cancel(task_run_id)
        assert service.ended(task_run_id) == "STOPPED"
        assert dev.end_of(run_of(dev, task_run_id)["runId"]) == "CANCELED"

    def test_stops_the_task_run_when_its_run_is_terminated(self, dev, service):
        task_run_id = service.start_endless()

        dev.terminate(run_of(dev, task_run_id)["runId"])

        assert service.ended(task_run_id) == "STOPPED", service.task_run(task_run_id)
        assert dev.end_of(run_of(dev, task_run_id)["runId"]) == "CANCELED"

    def test_stops_the_task_run_whose_run_is_terminated_in_the_queue(self, queue, dev, service):
        """No process of Dagster's can tell of it; the endpoint looks."""
        run = service.core.store.task_runs.add(service.transform_id, "EVALUATION")
        service.core.runner.submit(run)
        tags = [{"key": f"glueml/{run.id}", "value": "evaluation"}]
        run_id = dev.runs(tags=tags)[0]["runId"]

        dev.terminate(run_id)
        assert dev.end_of(run_id) == "CANCELED"
        service.core.recover()

        assert service.ended(run.id) == "STOPPED"

    def test_tries_again_what_died_with_its_machine(self, dev, service):
        """Dagster's process and ours are killed: it fails there, and another run takes over."""
        task_run_id = service.start_endless()
        first = run_of(dev, task_run_id)["runId"]
        supervisor = psutil.Process(service.core.store.task_runs.get(task_run_id).owner.pid)
        nursery, dagsters_own = supervisor.parents()[:2]

        for process in (dagsters_own, nursery, supervisor):
            process.kill()
        assert dev.end_of(first) == "FAILURE"
        service.core.recover()

        second = run_of(dev, task_run_id)["runId"]
        assert second != first
        wait_for(lambda: service.core.store.task_runs.get(task_run_id).attempt == 2)
        service.cancel(task_run_id)
        assert dev.end_of(second) == "CANCELED"
        assert service.ended(task_run_id) == "STOPPED"


def test_a_task_run_fails_that_no_webserver_takes(home, people, monkeypatch):
    """The client has an answer, and the run says why nobody works on it."""
    monkeypatch.setenv("GLUEML_RUNNER", "dagster-remote")
    monkeypatch.setenv("GLUEML_RUNNER_URL", "http://127.0.0.1:9")
    service = Service(home, people)

    task_run_id = service.start_export()

    run = service.task_run(task_run_id)
    assert run["Status"] == "FAILED"
    assert "Dagster at http://127.0.0.1:9 cannot be asked" in run["ErrorString"]
