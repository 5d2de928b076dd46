"""Two `glueml serve` on one database: a client cannot tell which of them it talks to."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.http.conftest import people_transform
from tests.http.server_process import ServerProcess, serve, wait_until_ended
from tests.postgres.cluster import Cluster
from tests.tasks.people import KEY, PEOPLE, add_table, label_file


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("servers")
    (made / "people").mkdir()
    PEOPLE.to_csv(made / "people" / "people.csv", index=False)
    label_file(made / "labels.csv")
    return made


@pytest.fixture(scope="module")
def database_url(cluster: Cluster) -> str:
    return cluster.create_database(f"servers_{uuid4().hex}")


@pytest.fixture(scope="module")
def servers(folder: Path, database_url: str) -> Iterator[list[ServerProcess]]:
    variables = {"GLUEML_DATABASE_URL": database_url}
    with serve(folder / "store", **variables) as one, serve(folder / "store", **variables) as two:
        yield [one, two]


@pytest.fixture(scope="module")
def clients(servers: list[ServerProcess], folder: Path) -> list[Any]:
    """Eight, taking turns with the servers."""
    made = [servers[number % 2].client() for number in range(8)]
    made[0].create_database(DatabaseInput={"Name": "db"})
    add_table(made[0], "people", f"file://{folder}/people/")
    return made


@pytest.fixture(scope="module")
def transform_id(clients: list[Any]) -> str:
    """A transform that all eight create at once: it is the same create."""
    made = at_once(clients, lambda glue: glue.create_ml_transform(**creation("people")))
    ids = {answer["TransformId"] for answer in made}
    assert len(ids) == 1
    return str(ids.pop())


def creation(name: str) -> dict[str, Any]:
    request = people_transform(name) | {"MaxRetries": 1}
    request["Parameters"]["FindMatchesParameters"]["PrimaryKeyColumnName"] = KEY
    return request


def at_once(clients: list[Any], act: Any) -> list[Any]:
    with ThreadPoolExecutor(len(clients)) as pool:
        return list(pool.map(act, clients))


def test_runs_are_queued_up_to_the_quota_and_each_runs_once(clients, transform_id, folder):
    def generate(glue: Any) -> str | None:
        try:
            return glue.start_ml_labeling_set_generation_task_run(
                TransformId=transform_id, OutputS3Path=f"file://{folder}/sets"
            )["TaskRunId"]
        except glue.exceptions.ConcurrentRunsExceededException:
            return None

    started = [run_id for run_id in at_once(clients, generate) if run_id]
    ended = [wait_until_ended(clients[1], transform_id, run_id) for run_id in started]

    assert len(started) == 3
    assert [run["Status"] for run in ended] == ["SUCCEEDED"] * 3, ended
    assert len(list((folder / "sets").iterdir())) == 3


def test_a_run_of_a_server_that_died_is_taken_over_by_the_other(
    clients, transform_id, folder, database_url
):
    with serve(folder / "store", GLUEML_DATABASE_URL=database_url) as dying:
        run_id = dying.client().start_import_labels_task_run(
            TransformId=transform_id, InputS3Path=f"file://{folder}/labels.csv"
        )["TaskRunId"]
        dying.kill_all()

    run = wait_until_ended(clients[0], transform_id, run_id)

    assert run["Status"] == "SUCCEEDED", run
    assert clients[1].get_ml_transform(TransformId=transform_id)["Status"] == "READY"


def test_a_nul_byte_is_kept_in_a_cell_and_refused_where_labels_are_looked_up(
    clients, transform_id, folder
):
    """PostgreSQL has no place for it in a text; SQLite has, and says the same."""
    labels = label_file(folder / "nul.csv", last=2)

    def imported(column: str) -> dict[str, Any]:
        # pandas would leave a NUL byte out.
        spoiled = labels.assign(**{column: labels[column].astype(str) + "<NUL>"})
        content = spoiled.to_csv(index=False).replace("<NUL>", "\0")
        (folder / "nul.csv").write_text(content)
        run_id = clients[0].start_import_labels_task_run(
            TransformId=transform_id, InputS3Path=f"file://{folder}/nul.csv"
        )["TaskRunId"]
        return wait_until_ended(clients[0], transform_id, run_id)

    assert imported("surname")["Status"] == "SUCCEEDED"
    for column in ("labeling_set_id", "label", KEY):
        run = imported(column)
        assert run["Status"] == "FAILED"
        assert f"Line 2, column {column}: a NUL byte" in run["ErrorString"]


def test_a_server_is_not_ready_while_the_database_is_away(servers, clients, cluster):
    glue = servers[0].client(retries={"total_max_attempts": 1})

    cluster.stop()
    with pytest.raises(glue.exceptions.InternalServiceException):
        glue.list_ml_transforms()
    cluster.start()

    assert len(glue.list_ml_transforms()["TransformIds"]) == 1
