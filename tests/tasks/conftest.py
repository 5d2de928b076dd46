"""What tests of task runs stand on: a core, a transform with labels, an S3 that never answers."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from glueml_core.api import Core
from glueml_core.http.inprocess import connect, core_of
from glueml_core.store import Label, LabelSource, TaskRun
from tests.tasks.people import PEOPLE, add_table, add_transform, label_file
from tests.waiting import wait_for


def wait_until_ended(core: Core, run_id: str) -> TaskRun:
    """The run when it is over."""

    def ended() -> TaskRun | None:
        run = core.store.task_runs.get(run_id)
        assert run is not None
        return None if run.is_active else run

    return wait_for(ended)


def worker_of(core: Core, run_id: str) -> psutil.Process:
    """The process that works on a run, as soon as there is one."""

    def running() -> TaskRun | None:
        run = core.store.task_runs.get(run_id)
        assert run is not None
        return run if run.status == "RUNNING" else None

    owner = wait_for(running).owner
    return wait_for(lambda: psutil.Process(owner.pid).children())[0]


def nursery() -> psutil.Process | None:
    """The process that this one has its supervisors from."""
    children = psutil.Process().children()
    return next((p for p in children if "glueml_core.tasks.nursery" in p.cmdline()), None)


def supervisors() -> list[psutil.Process]:
    """The supervisors that this process has started, and that live."""
    parent = nursery()
    return [] if parent is None else parent.children()


@pytest.fixture
def core(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Core]:
    """A store of its own; no process of it outlives the test."""
    monkeypatch.setenv("GLUEML_FILE_ROOTS", json.dumps([str(tmp_path)]))
    core = Core.open(tmp_path / "store")
    yield core
    for run in core.store.task_runs.active():
        core.stop(run)
        wait_until_ended(core, run.id)
    wait_for(lambda: not supervisors())


@pytest.fixture
def glue(core: Core) -> Any:
    """A boto3 client of that core."""
    return connect(core)


@pytest.fixture
def transform_id(glue: Any, tmp_path: Path) -> str:
    """A transform of the table `db.people` (id, name), whose one file is `people/a.csv`."""
    columns = [{"Name": name, "Type": "string"} for name in ("id", "name")]
    (tmp_path / "people").mkdir()
    (tmp_path / "people" / "a.csv").write_text("id,name\n1,ann\n2,anne\n3,bob\n")
    glue.create_database(DatabaseInput={"Name": "db"})
    glue.create_table(
        DatabaseName="db",
        TableInput={
            "Name": "people",
            "StorageDescriptor": {"Columns": columns, "Location": str(tmp_path / "people")},
            "Parameters": {"classification": "csv", "skip.header.line.count": "1"},
        },
    )
    answer = glue.create_ml_transform(
        Name="people",
        Role="role",
        InputRecordTables=[{"DatabaseName": "db", "TableName": "people"}],
        Parameters={
            "TransformType": "FIND_MATCHES",
            "FindMatchesParameters": {"PrimaryKeyColumnName": "id"},
        },
    )
    return answer["TransformId"]


@pytest.fixture
def labeled(core: Core, transform_id: str) -> str:
    """The transform with two labels."""
    rows = [Label("s", key, "A", {"id": key, "name": name}) for key, name in ("1a", "2b")]
    core.store.labels.append(transform_id, rows, LabelSource(uri="file:///labels.csv"))
    return transform_id


@pytest.fixture
def stall(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """S3 takes every request and never answers: whoever asks it waits."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://127.0.0.1:{server.getsockname()[1]}")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        yield


def teach_people(folder: Path) -> tuple[Any, str]:
    """A client of a store in the folder, and a transform that learned from 40 people's labels."""
    glue = connect(folder / "store")
    glue.create_database(DatabaseInput={"Name": "db"})
    PEOPLE.to_csv(folder / "people.csv", index=False)
    add_table(glue, "people", str(folder / "people.csv"))
    transform_id = add_transform(glue, "people")
    label_file(folder / "labels.csv")
    run_id = glue.start_import_labels_task_run(
        TransformId=transform_id, InputS3Path=str(folder / "labels.csv")
    )["TaskRunId"]
    run = wait_until_ended(core_of(glue), run_id)
    assert run.status == "SUCCEEDED", run.error_string
    return glue, transform_id


@pytest.fixture(scope="module")
def taught(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, str]:
    """A client, and a transform that has learned from the labels of 40 people."""
    folder = tmp_path_factory.mktemp("taught")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GLUEML_FILE_ROOTS", f'["{folder}"]')
        return teach_people(folder)
