"""A store that cannot be written for a while: a full disk, a database that somebody else holds."""

from __future__ import annotations

import resource
import sqlite3
import threading

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

    writing = threading.Thread(target=glue.create_database, kwargs={"DatabaseInput": {"Name": "x"}})
    writing.start()
    meanwhile = [found["Name"] for found in glue.get_databases()["DatabaseList"]]
    other.execute("COMMIT")
    writing.join()
    other.close()

    assert meanwhile == ["before"]
    assert glue.get_database(Name="x")["Database"]["Name"] == "x"
