"""A transform of a few people, in a store of its own, as a Dagster user defines it."""

import json
import socket
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from glueml_core import Core
from glueml_core.settings import Settings
from glueml_core.store import Store
from glueml_dagster import FindMatchesTransform, GlueMLResource, SourceTable
from tests.dagster.inline import InlineRunner

PEOPLE = 40


class InlineResource(GlueMLResource):
    """A store whose task runs are done at once and in this process, by the real tasks."""

    def core(self) -> Core:
        return open_inline(Settings.of(self.store).model_dump_json())


@cache
def open_inline(config: str) -> Core:
    settings = Settings.model_validate_json(config)
    store = Store.open(settings)
    return Core(store, settings, InlineRunner(settings, store))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The store's folder; `file://` may name anything in the test's own folder."""
    monkeypatch.setenv("GLUEML_FILE_ROOTS", json.dumps([str(tmp_path)]))
    return tmp_path / "store"


@pytest.fixture
def glueml(home: Path) -> GlueMLResource:
    """The resource as users have it: each task run in processes of its own."""
    return GlueMLResource(store=str(home))


@pytest.fixture
def inline(home: Path) -> InlineResource:
    return InlineResource(store=str(home))


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """The source's folder: forty people, each there twice with the same name."""
    folder = tmp_path / "people"
    folder.mkdir()
    rows = [f"{number},Person {number // 2}" for number in range(PEOPLE)]
    (folder / "people.csv").write_text("\n".join(["id,name", *rows]))
    return folder


@pytest.fixture
def transform(people: Path, tmp_path: Path) -> FindMatchesTransform:
    return FindMatchesTransform(
        name="people",
        source=SourceTable(database="crm", table="people", location=people.as_uri()),
        primary_key="id",
        folder=(tmp_path / "files").as_uri(),
    )


@pytest.fixture(scope="module")
def stalled_s3() -> Iterator[str]:
    """The address of a server that takes every request and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def instance() -> Any:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance
