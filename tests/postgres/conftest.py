"""A PostgreSQL for this folder's tests, and a database in it for each of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from glueml_core.settings import Settings
from glueml_core.store.store import Store
from tests.postgres.cluster import Cluster, private_cluster


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    with private_cluster() as running:
        yield running


@pytest.fixture
def settings(cluster: Cluster, tmp_path: Path) -> Settings:
    database_url = cluster.create_database(f"test_{uuid4().hex}")
    return Settings(store=tmp_path / "store", file_roots=(tmp_path,), database_url=database_url)


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    opened = Store.open(settings)
    yield opened
    opened.close()
