"""A store that cannot be written for a while: a full disk, a database that somebody else holds."""

from __future__ import annotations

import resource
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import httpx
import psutil

from glueml_core.store.database import SQLITE_FILE
from tests.http.server_process import serve


def test_a_full_disk_is_the_servers_failure_and_passes(tmp_path):
    """A limit to the size of files fails writes as a full disk does, and can be lifted."""
    with serve(tmp_path / "store") as server:
        glue = server.client(retries={"total_max_attempts": 1})
        glue.create_database(DatabaseInput={"Name": "before"})
        process = psutil.Process(server.process.pid)

        process.rlimit(resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
        refused = httpx.post(
            server.url,
            headers={
                "Content-Type": "application/x-amz-json-1.1",
                "X-Amz-Target": "AWSGlue.CreateDatabase",
            },
            json={"DatabaseInput": {"Name": "meanwhile"}},
        )
        assert (refused.status_code, refused.json()["__type"]) == (500, "InternalServiceException")
        assert glue.get_database(Name="before")["Database"]["Name"] == "before"

        process.rlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        glue.create_database(DatabaseInput={"Name": "after"})
        known = [found["Name"] for found in glue.get_databases()["DatabaseList"]]

    assert known == ["after", "before"]


def test_a_locked_database_is_waited_for_and_read_meanwhile(core, glue):
    glue.create_database(DatabaseInput={"Name": "before"})
    other = sqlite3.connect(core.settings.store / SQLITE_FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    # More than the server writes at once.
    names = [f"x{number}" for number in range(20)]
    with ThreadPoolExecutor(len(names)) as pool:
        writes = [pool.submit(glue.create_database, DatabaseInput={"Name": x}) for x in names]
        meanwhile = [found["Name"] for found in glue.get_databases()["DatabaseList"]]
        other.execute("COMMIT")
        for write in writes:
            write.result()
    other.close()

    assert meanwhile == ["before"]
    known = {found["Name"] for found in glue.get_databases()["DatabaseList"]}
    assert known == {"before", *names}


def test_an_s3_that_does_not_answer_keeps_nobody_waiting_but_those_who_ask_it(
    glue, transform_id, stalling_s3, monkeypatch
):
    """More starts hang on it than the server works on at once; what needs no S3 is answered."""
    for name, value in stalling_s3.variables.items():
        monkeypatch.setenv(name, value)
    request = {"TransformId": transform_id, "InputS3Path": "s3://bucket/labels.csv"}

    with ThreadPoolExecutor(12) as pool:
        starts = [pool.submit(glue.start_import_labels_task_run, **request) for _ in range(12)]
        stalling_s3.wait_for_a_request()
        meanwhile = glue.get_ml_transform(TransformId=transform_id)["Status"]
        assert not any(start.done() for start in starts)
        stalling_s3.close()

    assert meanwhile == "NOT_READY"
    refused = glue.exceptions.InvalidInputException
    assert all(isinstance(start.exception(), refused) for start in starts)
    assert glue.get_ml_task_runs(TransformId=transform_id)["TaskRuns"] == []
