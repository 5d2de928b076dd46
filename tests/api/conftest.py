"""A real boto3 client, and what stands behind it: a real store, and a runner that only notes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from glueml_core import connect
from glueml_core.api import Core
from glueml_core.store import Store
from tests.http.serving import Turntable, glue_client, listening

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from glueml_core.settings import Settings
    from glueml_core.store import TaskRun

PEOPLE = [{"Name": "id", "Type": "string"}, {"Name": "name", "Type": "string"}]


class TickingClock:
    """Every look at it is a second later."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.moment += timedelta(seconds=1)
        return self.moment


@dataclass
class NotingRunner:
    """Stands for the processes that would do the work."""

    submitted: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)

    def submit(self, run: TaskRun) -> None:
        self.submitted.append(run.id)

    def cancel(self, run: TaskRun) -> None:
        self.cancelled.append(run.id)

    def recover(self) -> None:
        pass


@pytest.fixture
def core(settings: Settings) -> Iterator[Core]:
    core = Core(Store.open(settings, clock=TickingClock()), settings, NotingRunner())
    yield core
    core.close()


@pytest.fixture(scope="session")
def socket_door() -> Iterator[tuple[Turntable, Any]]:
    """A server, and an ordinary client of it; the core behind them changes from test to test."""
    turntable = Turntable()
    with listening(turntable, lifespan="off") as url:
        yield turntable, glue_client(url, retries={"mode": "standard", "total_max_attempts": 2})


@pytest.fixture(params=["in process", "over a socket"])
def door(request: pytest.FixtureRequest, core: Core) -> Any:
    """A client of `core`: what is true of the API is true at both doors."""
    if request.param == "in process":
        return connect(core)
    turntable, client = request.getfixturevalue("socket_door")
    turntable.serve(core)
    return client


@pytest.fixture
def glue(door: Any) -> Any:
    """A client of a store with one table, `db.people`, whose files are nowhere."""
    client = door
    client.create_database(DatabaseInput={"Name": "db"})
    make_table(client, "people", PEOPLE)
    return client


def make_table(
    glue: Any,
    name: str,
    columns: list[dict[str, str]],
    location: str = "s3://nowhere/",
    **more: Any,
) -> None:
    storage = {"Columns": columns, "Location": location}
    glue.create_table(
        DatabaseName="db", TableInput={"Name": name, "StorageDescriptor": storage, **more}
    )


def request(**changes: Any) -> dict[str, Any]:
    """A create with nothing but what it must have, and `changes`."""
    required = {
        "Name": "people",
        "Role": "GlueRole",
        "InputRecordTables": [{"DatabaseName": "db", "TableName": "people"}],
        "Parameters": parameters(),
    }
    return {**required, **changes}


def parameters(**chosen: Any) -> dict[str, Any]:
    return {
        "TransformType": "FIND_MATCHES",
        "FindMatchesParameters": {"PrimaryKeyColumnName": "id", **chosen},
    }


@pytest.fixture
def create(glue: Any) -> Callable[..., str]:
    """Makes a transform and gives its id."""
    return lambda **changes: glue.create_ml_transform(**request(**changes))["TransformId"]
