"""A PostgreSQL that goes away for a while, and a server that hangs with the lock in its hand."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.exc import DBAPIError, OperationalError

from glueml_core.settings import Settings
from glueml_core.store.store import Store


def test_a_store_works_again_when_its_database_is_back(store, cluster):
    store.catalog.add_database("before", {"Name": "before"})

    cluster.stop()
    with pytest.raises(OperationalError):
        store.catalog.add_database("meanwhile", {"Name": "meanwhile"})
    cluster.start()

    store.catalog.add_database("after", {"Name": "after"})
    assert [found.name for found in store.catalog.databases().rows] == ["after", "before"]


def test_a_write_that_the_database_lost_half_way_leaves_nothing(store, cluster):
    def write_and_lose_the_database() -> None:
        with store.database.exclusive() as connection:
            connection.exec_driver_sql("INSERT INTO tags VALUES ('mlTransform/a', 'k', 'v')")
            cluster.stop()

    with pytest.raises(OperationalError):
        write_and_lose_the_database()
    cluster.start()

    assert store.tags.get("mlTransform/a") == {}


def test_a_server_that_hangs_in_a_transaction_loses_its_lock(settings):
    """Nobody waits for ever for a machine that was cut off while it held the lock."""
    impatient = "?options=-c%20idle_in_transaction_session_timeout%3D200ms"
    url = f"{settings.database_url}{impatient}"
    hanging = Store.open(settings.model_copy(update={"database_url": url}))
    other = Store.open(settings)

    def hang_until_the_other_has_written() -> None:
        with hanging.database.exclusive() as connection, ThreadPoolExecutor(1) as pool:
            pool.submit(other.catalog.add_database, "db", {"Name": "db"}).result()
            connection.exec_driver_sql("SELECT 1")

    with pytest.raises(DBAPIError):
        hang_until_the_other_has_written()

    assert hanging.catalog.database("db").name == "db"
    hanging.close()
    other.close()


def test_a_password_is_not_shown():
    settings = Settings(store="store", database_url="postgresql://glueml:hunter2@db/glueml")

    assert "hunter2" not in repr(settings)
