"""The process that does a task's work, killed in each type of task and in each status it has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import psutil
import pytest

from glueml_core import connect, core_of
from glueml_core.store import TaskRun
from glueml_core.transforms import start_find_matches
from tests.http.conftest import people_transform
from tests.http.faulty_s3 import FaultyS3
from tests.http.server_process import serve, wait_until_ended
from tests.http.serving import listening
from tests.standing_still import hold
from tests.tasks.people import KEY, PEOPLE, add_table, label_file
from tests.waiting import wait_for

# For each type, where in S3 its worker is held up: the method, and how many such requests the
# start of the run makes itself, before there is a worker.
HELD_UP = {
    "EVALUATION": ("GET", 0),
    "EXPORT_LABELS": ("HEAD", 1),
    "FIND_MATCHES": ("GET", 0),
    "IMPORT_LABELS": ("HEAD", 2),
    "LABELING_SET_GENERATION": ("HEAD", 1),
}


@dataclass(frozen=True)
class World:
    """A server over a socket, the S3 it works with, a taught transform, and its store."""

    glue: Any
    store_client: Any
    s3: Any
    proxy: FaultyS3
    bucket: str
    transform_id: str

    def start(self, task_type: str) -> str:
        out, asked = f"s3://{self.bucket}/{task_type}", {"TransformId": self.transform_id}
        starts: dict[str, Callable[[], Any]] = {
            "EVALUATION": lambda: self.glue.start_ml_evaluation_task_run(**asked),
            "EXPORT_LABELS": lambda: self.glue.start_export_labels_task_run(
                **asked, OutputS3Path=out
            ),
            "FIND_MATCHES": lambda: {
                "TaskRunId": start_find_matches(core_of(self.store_client), self.transform_id, out)
            },
            "IMPORT_LABELS": lambda: self.glue.start_import_labels_task_run(
                **asked, InputS3Path=f"s3://{self.bucket}/labels.csv"
            ),
            "LABELING_SET_GENERATION": (
                lambda: self.glue.start_ml_labeling_set_generation_task_run(
                    **asked, OutputS3Path=out
                )
            ),
        }
        return str(starts[task_type]()["TaskRunId"])

    def run(self, run_id: str) -> TaskRun:
        run = core_of(self.store_client).store.task_runs.get(run_id)
        assert run is not None
        return run

    def held_up(self, task_type: str) -> tuple[str, psutil.Process]:
        """A run whose worker waits for S3: its id, and the worker."""
        method, of_the_start = HELD_UP[task_type]
        self.proxy.fail(method, "stall", after=of_the_start)
        run_id = self.start(task_type)
        wait_for(lambda: self.proxy.failed)
        owner = self.run(run_id).owner
        assert owner is not None
        [worker] = psutil.Process(owner.pid).children()
        return run_id, worker

    def ended(self, run_id: str) -> dict[str, Any]:
        return wait_until_ended(self.glue, self.transform_id, run_id)

    def written(self, task_type: str) -> list[str]:
        found = self.s3.list_objects_v2(Bucket=self.bucket, Prefix=f"{task_type}/")
        return [one["Key"] for one in found.get("Contents", [])]


@pytest.fixture(scope="module")
def world(s3_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder: Path = tmp_path_factory.mktemp("workers")
    proxy, bucket = FaultyS3(s3_server), f"workers-{uuid4()}"
    with pytest.MonkeyPatch.context() as patch, listening(proxy, lifespan="off") as url:
        patch.setenv("AWS_ACCESS_KEY_ID", "testing")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        patch.setenv("AWS_ENDPOINT_URL_S3", url)
        s3 = boto3.client("s3", region_name="us-east-1", endpoint_url=s3_server)
        s3.create_bucket(Bucket=bucket)
        s3.put_object(Bucket=bucket, Key="people/a.csv", Body=PEOPLE.to_csv(index=False).encode())
        label_file(folder / "labels.csv", last=20)
        s3.upload_file(str(folder / "labels.csv"), bucket, "labels.csv")
        with serve(folder / "store") as server:
            glue = server.client()
            glue.create_database(DatabaseInput={"Name": "db"})
            add_table(glue, "people", f"s3://{bucket}/people/")
            request = people_transform("people") | {"MaxRetries": 1}
            request["Parameters"]["FindMatchesParameters"]["PrimaryKeyColumnName"] = KEY
            transform_id = glue.create_ml_transform(**request)["TransformId"]
            made = World(glue, connect(folder / "store"), s3, proxy, bucket, transform_id)
            assert made.ended(made.start("IMPORT_LABELS"))["Status"] == "SUCCEEDED"
            yield made
            proxy.mend()


@pytest.mark.parametrize("task_type", HELD_UP)
def test_a_worker_killed_at_work_is_followed_by_another(world, task_type):
    """Which does all of it, once: one output, no label twice."""
    label_count = world.glue.get_ml_transform(TransformId=world.transform_id)["LabelCount"]
    run_id, worker = world.held_up(task_type)
    assert world.run(run_id).status == "RUNNING"
    worker.kill()
    psutil.wait_procs([worker])
    world.proxy.mend()

    run = world.ended(run_id)
    assert run["Status"] == "SUCCEEDED", run
    assert world.run(run_id).attempt == 2
    assert len(world.written(task_type)) == (task_type not in {"EVALUATION", "IMPORT_LABELS"})
    shown = world.glue.get_ml_transform(TransformId=world.transform_id)
    assert (shown["Status"], shown["LabelCount"]) == ("READY", label_count)


@pytest.mark.parametrize("task_type", HELD_UP)
def test_a_worker_killed_while_it_is_to_stop_leaves_a_stopped_run(world, task_type):
    """Even where the kill comes before whoever watches it has seen that it is to stop."""
    before = world.written(task_type)
    run_id, worker = world.held_up(task_type)
    supervisor = worker.parent()
    hold(supervisor, core_of(world.store_client).settings.store)
    asked = {"TransformId": world.transform_id, "TaskRunId": run_id}
    assert world.glue.cancel_ml_task_run(**asked)["Status"] == "STOPPING"
    worker.kill()
    supervisor.resume()
    world.proxy.mend()

    run = world.ended(run_id)
    assert (run["Status"], run.get("ErrorString")) == ("STOPPED", None)
    assert world.written(task_type) == before
