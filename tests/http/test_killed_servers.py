"""Servers that are killed: what they were told is kept, what they had begun comes to an end."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.http.conftest import people_transform
from tests.http.server_process import ServerProcess, serve, wait_until_ended
from tests.tasks.people import KEY, PEOPLE, add_table, label_file
from tests.waiting import wait_for


@pytest.fixture(scope="module")
def taught(tmp_path_factory) -> tuple[Path, str]:
    """A store's folder and its transform, which has learned from a label file."""
    folder = tmp_path_factory.mktemp("taught")
    (folder / "people").mkdir()
    PEOPLE.to_csv(folder / "people" / "people.csv", index=False)
    label_file(folder / "labels.csv")

    with serve(folder / "store") as server:
        glue = server.client()
        glue.create_database(DatabaseInput={"Name": "db"})
        add_table(glue, "people", f"file://{folder}/people/")
        transform_id = add_transform(glue, "people", MaxRetries=2)
        run_id = start(server, folder, transform_id, "IMPORT_LABELS")
        assert wait_until_ended(glue, transform_id, run_id)["Status"] == "SUCCEEDED"
    return folder, transform_id


def add_transform(glue: Any, table: str, **more: Any) -> str:
    """A transform of `db.<table>`."""
    request = people_transform(table) | more
    request["Parameters"]["FindMatchesParameters"]["PrimaryKeyColumnName"] = KEY
    return str(glue.create_ml_transform(**request)["TransformId"])


def start(server: ServerProcess, folder: Path, transform_id: str, task_type: str) -> str:
    """Start a task as a client does; gives the run's id."""
    glue = server.client()
    out = f"file://{folder}/out"
    starts: dict[str, Any] = {
        "LABELING_SET_GENERATION": lambda: glue.start_ml_labeling_set_generation_task_run(
            TransformId=transform_id, OutputS3Path=out
        ),
        "IMPORT_LABELS": lambda: glue.start_import_labels_task_run(
            TransformId=transform_id, InputS3Path=f"file://{folder}/labels.csv"
        ),
        "EVALUATION": lambda: glue.start_ml_evaluation_task_run(TransformId=transform_id),
        "EXPORT_LABELS": lambda: glue.start_export_labels_task_run(
            TransformId=transform_id, OutputS3Path=out
        ),
    }
    return str(starts[task_type]()["TaskRunId"])


@pytest.mark.parametrize("status", ["STARTING", "RUNNING"])
def test_runs_of_every_type_are_tried_again_when_all_processes_were_killed(taught, status):
    """As when a machine loses power: MaxRetries says that they may be."""
    folder, transform_id = taught
    before = set((folder / "out").glob("*"))

    with serve(folder / "store") as killed:
        glue = killed.client()
        other_id = add_transform(glue, "people", MaxRetries=2, Name=f"killed while {status}")
        runs = {
            start(killed, folder, transform_id, "LABELING_SET_GENERATION"): transform_id,
            start(killed, folder, transform_id, "EVALUATION"): transform_id,
            start(killed, folder, transform_id, "EXPORT_LABELS"): transform_id,
            start(killed, folder, other_id, "IMPORT_LABELS"): other_id,
        }
        [first, *_] = runs
        asked = {"TransformId": transform_id, "TaskRunId": first}
        wait_for(lambda: glue.get_ml_task_run(**asked)["Status"] in {status, "SUCCEEDED"})
        killed.kill_all()

    with serve(folder / "store") as next_one:
        glue = next_one.client()
        ended = [wait_until_ended(glue, owner, run_id) for run_id, owner in runs.items()]
        taught_later = glue.get_ml_transform(TransformId=other_id)

    assert [run["Status"] for run in ended] == ["SUCCEEDED"] * 4, ended
    assert len(set((folder / "out").glob("*")) - before) == 2
    assert taught_later["Status"] == "READY"
    assert taught_later["LabelCount"] == len(pd.read_csv(folder / "labels.csv"))


def test_a_run_goes_on_when_its_server_alone_is_killed(taught):
    folder, transform_id = taught

    with serve(folder / "store") as killed:
        run_id = start(killed, folder, transform_id, "EVALUATION")
        killed.kill()
    with serve(folder / "store") as next_one:
        run = wait_until_ended(next_one.client(), transform_id, run_id)

    assert run["Status"] == "SUCCEEDED", run


def test_a_run_that_was_to_stop_is_stopped_by_the_next_server(taught):
    folder, transform_id = taught

    with serve(folder / "store") as killed:
        glue = killed.client()
        run_id = start(killed, folder, transform_id, "EVALUATION")
        glue.cancel_ml_task_run(TransformId=transform_id, TaskRunId=run_id)
        killed.kill_all()
    with serve(folder / "store") as next_one:
        run = wait_until_ended(next_one.client(), transform_id, run_id)

    assert run["Status"] == "STOPPED", run


def test_nothing_that_was_answered_is_lost(tmp_path):
    """Killed in the midst of a stream of creates, it knows each that it had answered."""
    with serve(tmp_path / "store", GLUEML_MAX_TRANSFORMS="10000") as killed:
        glue = killed.client(retries={"total_max_attempts": 1})
        glue.create_database(DatabaseInput={"Name": "db"})
        answered = []
        deadline = time.monotonic() + 1
        while time.monotonic() < deadline:
            name = f"db{len(answered)}"
            glue.create_database(DatabaseInput={"Name": name})
            answered.append(name)
        killed.kill()

    with serve(tmp_path / "store") as next_one:
        glue = next_one.client()
        pages = glue.get_paginator("get_databases").paginate()
        known = {found["Name"] for page in pages for found in page["DatabaseList"]}

    assert set(answered) <= known
