"""With the Dagster runner chosen, what boto3 starts is a Dagster run, and nothing is lost."""

import json
import os
import signal
from collections.abc import Iterator
from dataclasses import replace

import dagster as dg
import psutil
import pytest

from glueml_core import Core, connect
from glueml_core.settings import Settings
from glueml_core.store import Label, LabelSource
from glueml_core.tables.crawler import crawl
from glueml_core.tasks.processes import this_process
from glueml_dagster.runner.instances import (
    PROCESS_TAG,
    create,
    dagster_run_id,
    open_instance,
    process_tag,
)
from glueml_dagster.status import ACTIVE
from tests.waiting import wait_for


class Service:
    """A store whose runner is Dagster, and a transform of one test's own with a few labels."""

    def __init__(self, core: Core, name: str) -> None:
        self.core = core
        self.glue = connect(core)
        self.home = core.settings.store / "dagster"
        self.name = name
        self.output = (core.settings.store.parent / name).as_uri()
        self.transform_id = self._create()

    def _create(self) -> str:
        parameters = {
            "TransformType": "FIND_MATCHES",
            "FindMatchesParameters": {"PrimaryKeyColumnName": "id"},
        }
        created = self.glue.create_ml_transform(
            Name=self.name,
            Role="r",
            InputRecordTables=[{"DatabaseName": "crm", "TableName": "people"}],
            Parameters=parameters,
        )
        labels = [Label("s1", str(n), "A", {"id": str(n), "name": "Person"}) for n in range(2)]
        transform_id = created["TransformId"]
        self.core.store.labels.append(transform_id, labels, LabelSource(uri="file:///labels.csv"))
        return transform_id

    def start_export(self) -> str:
        started = self.glue.start_export_labels_task_run(
            TransformId=self.transform_id, OutputS3Path=self.output
        )
        return started["TaskRunId"]

    def start_endless(self) -> str:
        """A stalled run that is under way."""
        task_run_id = self.start_stalled()
        wait_for(lambda: self.task_status(task_run_id) == "RUNNING")
        return task_run_id

    def start_stalled(self) -> str:
        """An export to a server that never answers; as the API starts it after a look there."""
        run = self.core.store.task_runs.add(
            self.transform_id, "EXPORT_LABELS", {"OutputS3Path": "s3://stalled/labels"}
        )
        self.core.runner.submit(run)
        return run.id

    def task_status(self, task_run_id: str) -> str:
        run = self.glue.get_ml_task_run(TransformId=self.transform_id, TaskRunId=task_run_id)
        return run["Status"]

    def dagster_run(self, task_run_id: str) -> dg.DagsterRun:
        with open_instance(self.home) as instance:
            return instance.get_run_by_id(dagster_run_id(task_run_id))

    def ended(self, task_run_id: str) -> dg.DagsterRun:
        """The Dagster run, when it has ended."""

        def run() -> dg.DagsterRun | None:
            found = self.dagster_run(task_run_id)
            return found if found and found.is_finished else None

        return wait_for(run)


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory, stalled_s3: str) -> Iterator[Core]:
    """One for all tests, as a service has one: its first task run starts what executes the rest."""
    folder = tmp_path_factory.mktemp("runner")
    people = folder / "people" / "people.csv"
    people.parent.mkdir()
    people.write_text("id,name\n0,Person 0\n1,Person 0\n2,Person 1")
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv("DAGSTER_HOME", raising=False)
        environment.setenv("AWS_ENDPOINT_URL_S3", stalled_s3)
        environment.setenv("AWS_ACCESS_KEY_ID", "testing")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        environment.setenv("GLUEML_RUNNER", "dagster")
        environment.setenv("GLUEML_FILE_ROOTS", json.dumps([str(folder)]))
        core = Core.of(Settings.of(folder / "store"))
        glue = connect(core)
        glue.create_database(DatabaseInput={"Name": "crm"})
        table = crawl(people.parent.as_uri(), core.settings) | {"Name": "people"}
        glue.create_table(DatabaseName="crm", TableInput=table)
        yield core
        core.close()


@pytest.fixture
def service(core: Core, request: pytest.FixtureRequest) -> Service:
    return Service(core, request.node.name)


class TestATaskRunStartedByBoto3:
    def test_is_a_dagster_run_that_materializes_the_transforms_asset(self, service):
        task_run_id = service.start_export()

        run = service.ended(task_run_id)

        assert run.status is dg.DagsterRunStatus.SUCCESS
        assert service.task_status(task_run_id) == "SUCCEEDED"
        with open_instance(service.home) as instance:
            key = dg.AssetKey(["glueml", service.name, "labels_export"])
            event = instance.get_latest_materialization_event(key)
        assert event.run_id == run.run_id
        assert event.asset_materialization.metadata["glueml/task_run_id"].value == task_run_id

    def test_is_there_as_a_dagster_run_when_its_start_returns_and_runs_elsewhere(self, service):
        """Created by the caller, executed by a process that is forked for it; no daemon lives."""
        task_run_id = service.start_export()

        assert service.dagster_run(task_run_id) is not None
        executed_by = int(service.ended(task_run_id).tags[PROCESS_TAG].split()[1])
        assert executed_by != os.getpid()
        commands = [" ".join(child.cmdline()) for child in psutil.Process().children()]
        assert not any("daemon" in command or "webserver" in command for command in commands)
        assert any("glueml_dagster.runner.run_server" in command for command in commands)
        job = service.core.store.task_runs.get(task_run_id).details["job"]
        assert job["JobRunId"] == dagster_run_id(task_run_id)

    def test_of_which_many_start_at_once_all_succeed(self, service):
        """SQLite has one writer at a time, and a dozen processes have to get along with that."""
        started = [service.start_export() for _ in range(6)]

        ended = [service.ended(task_run_id) for task_run_id in started]

        assert {run.status for run in ended} == {dg.DagsterRunStatus.SUCCESS}
        assert {service.task_status(task_run_id) for task_run_id in started} == {"SUCCEEDED"}

    def test_is_one_dagster_run_however_often_it_is_submitted(self, service):
        with open_instance(service.home) as instance:
            before = instance.get_runs_count()
        task_run_id = service.start_export()

        service.core.runner.submit(service.core.store.task_runs.get(task_run_id))

        service.ended(task_run_id)
        with open_instance(service.home) as instance:
            assert instance.get_runs_count() - before == 1


class TestATaskRunThatTakesTooLong:
    def test_is_a_timeout_and_fails_its_dagster_run_which_says_why(self, service):
        # The API takes whole minutes from 1; the store does not mind.
        service.core.store.transforms.update(service.transform_id, timeout_minutes=0)
        task_run_id = service.start_stalled()

        ended = service.ended(task_run_id)

        assert ended.status is dg.DagsterRunStatus.FAILURE
        assert service.task_status(task_run_id) == "TIMEOUT"
        with open_instance(service.home) as instance:
            (failed,) = instance.all_logs(ended.run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
        told = failed.get_dagster_event().step_failure_data.user_failure_data
        assert "ended TIMEOUT: The task run took longer than its timeout." in told.description


class TestCancelling:
    def test_through_the_api_ends_the_dagster_run_as_canceled(self, service):
        task_run_id = service.start_endless()

        service.glue.cancel_ml_task_run(TransformId=service.transform_id, TaskRunId=task_run_id)

        assert service.ended(task_run_id).status is dg.DagsterRunStatus.CANCELED
        assert service.task_status(task_run_id) == "STOPPED"

    def test_in_dagster_stops_the_task_run(self, service):
        """The UI's Terminate finds no process to signal; the run sees that it was asked for."""
        task_run_id = service.start_endless()

        with open_instance(service.home) as instance:
            instance.report_run_canceling(instance.get_run_by_id(dagster_run_id(task_run_id)))

        assert service.ended(task_run_id).status is dg.DagsterRunStatus.CANCELED
        assert service.task_status(task_run_id) == "STOPPED"


class TestADagsterRunWhoseProcessDied:
    def test_is_ended_as_failed_and_its_task_run_goes_on(self, service):
        task_run_id = service.start_endless()
        process = service.dagster_run(task_run_id).tags[PROCESS_TAG]

        os.kill(int(process.split()[1]), signal.SIGKILL)

        assert service.ended(task_run_id).status is dg.DagsterRunStatus.FAILURE
        assert service.task_status(task_run_id) == "RUNNING"
        service.glue.cancel_ml_task_run(TransformId=service.transform_id, TaskRunId=task_run_id)

    def test_is_ended_by_the_next_core_if_nobody_watched(self, service):
        run = service.core.store.task_runs.add(service.transform_id, "EXPORT_LABELS")
        run_id = create(
            service.home, "glueml_dagster.definitions", run, service.core.settings.store
        )
        with open_instance(service.home) as instance:
            # Its process was number 1 long ago; whoever has that number now is another.
            long_ago = replace(this_process(), pid=1, started_on=-1)
            instance.add_run_tags(run_id, {PROCESS_TAG: process_tag(long_ago)})
            instance.report_run_canceling(instance.get_run_by_id(run_id))

        service.core.runner.recover()

        assert service.dagster_run(run.id).status is dg.DagsterRunStatus.CANCELED
        wait_for(lambda: service.task_status(run.id) not in ACTIVE)
