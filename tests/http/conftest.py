"""A core behind a socket, and clients of it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest

from glueml_core.api import Core
from glueml_core.settings import Settings
from glueml_core.store import Store, TaskRun
from tests.http.serving import KEY_ID, SECRET, glue_client, serving


@dataclass
class RunnerWithoutHands:
    """Takes task runs and lets them lie: chance and time have no part in these tests."""

    submitted: list[TaskRun] = field(default_factory=list)
    recoveries: int = 0

    def submit(self, run: TaskRun) -> None:
        self.submitted.append(run)

    def cancel(self, run: TaskRun) -> None:
        pass

    def recover(self) -> None:
        self.recoveries += 1


@pytest.fixture
def core(settings: Settings) -> Iterator[Core]:
    opened = Core(Store.open(settings), settings, RunnerWithoutHands())
    yield opened
    opened.close()


@pytest.fixture
def url(core: Core) -> Iterator[str]:
    """An endpoint that asks for signatures."""
    with serving(core, {KEY_ID: SECRET}) as address:
        yield address


@pytest.fixture
def glue(url: str) -> Any:
    return glue_client(url)


@pytest.fixture
def transform_id(glue: Any) -> str:
    """A transform for a table of people."""
    glue.create_database(DatabaseInput={"Name": "db"})
    glue.create_table(DatabaseName="db", TableInput=people_table("people"))
    created = glue.create_ml_transform(**people_transform("people"))
    return str(created["TransformId"])


def people_table(name: str, location: str = "s3://nowhere/people/") -> dict[str, Any]:
    """A TableInput."""
    columns = [{"Name": column, "Type": "string"} for column in ("id", "name", "city")]
    return {"Name": name, "StorageDescriptor": {"Columns": columns, "Location": location}}


def people_transform(name: str) -> dict[str, Any]:
    """A CreateMLTransform request with the required members only."""
    return {
        "Name": name,
        "Role": "AWSGlueServiceRoleDefault",
        "InputRecordTables": [{"DatabaseName": "db", "TableName": "people"}],
        "Parameters": {
            "TransformType": "FIND_MATCHES",
            "FindMatchesParameters": {"PrimaryKeyColumnName": "id"},
        },
    }


class StallingS3:
    """An S3 that takes requests and never answers."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self._taken: list[socket.socket] = []
        self._asked = threading.Event()
        threading.Thread(target=self._take, daemon=True).start()
        self.variables = {
            "AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{self._server.getsockname()[1]}",
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_MAX_ATTEMPTS": "1",
        }

    def _take(self) -> None:
        with suppress(OSError):
            while True:
                self._taken.append(self._server.accept()[0])
                self._asked.set()

    def wait_for_a_request(self) -> None:
        assert self._asked.wait(60)

    def close(self) -> None:
        """Go away, with all connections."""
        self._server.close()
        for connection in self._taken:
            connection.close()


@pytest.fixture
def stalling_s3() -> Iterator[StallingS3]:
    s3 = StallingS3()
    yield s3
    s3.close()
