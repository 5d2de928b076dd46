"""A PostgreSQL for this folder's tests, and a database in it for each of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from glueml_core import connect
from glueml_core.api import Core
from glueml_core.settings import Settings
from glueml_core.store import Store
from tests.api.conftest import core, create, glue
from tests.postgres.cluster import Cluster, private_cluster
from tests.store.conftest import clock, store, transform_id

# Those tests ask for these fixtures, and find this folder's settings behind them.
__all__ = ["clock", "core", "create", "glue", "store", "transform_id"]


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    with private_cluster() as running:
        yield running


@pytest.fixture(scope="session")
def empty_store(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a database with the store's tables, to copy: quicker than to migrate each."""
    database_url = cluster.create_database("empty_store")
    settings = Settings(store=tmp_path_factory.mktemp("empty"), database_url=database_url)
    Store.open(settings).close()
    return "empty_store"


@pytest.fixture
def settings(cluster: Cluster, empty_store: str, tmp_path: Path) -> Settings:
    database_url = cluster.create_database(f"test_{uuid4().hex}", like=empty_store)
    return Settings(store=tmp_path / "store", file_roots=(tmp_path,), database_url=database_url)


@pytest.fixture
def door(core: Core) -> Any:
    return connect(core)
