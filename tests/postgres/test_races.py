"""Several servers on one database: each promise holds for all of them together."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import TypeVar

import pytest
from sqlalchemy import event

from glueml_core.errors import (
    ConcurrentModificationException,
    ConcurrentRunsExceededException,
    EntityNotFoundException,
    ResourceNumberLimitExceededException,
)
from glueml_core.settings import Settings
from glueml_core.store.labels import Label, LabelSource
from glueml_core.store.store import Store
from glueml_core.store.task_run import ACTIVE_STATUSES, Owner, TaskRunQuota
from glueml_core.store.transform import TransformFilter
from tests.store.conftest import spec

T = TypeVar("T")
SERVERS = 8


@contextmanager
def servers(settings: Settings, count: int = SERVERS) -> Iterator[list[Store]]:
    """Stores with connections of their own, as that many server processes have."""
    stores = [Store.open(settings) for _ in range(count)]
    try:
        yield stores
    finally:
        for store in stores:
            store.close()


def all_at_once(stores: list[Store], act: Callable[[Store, int], T]) -> list[T | Exception]:
    """What each server got from `act`, or was refused with."""
    start = Barrier(len(stores))

    def run(number: int) -> T | Exception:
        start.wait()
        try:
            return act(stores[number], number)
        except (
            ConcurrentModificationException,
            ConcurrentRunsExceededException,
            ResourceNumberLimitExceededException,
        ) as refusal:
            return refusal

    with ThreadPoolExecutor(len(stores)) as pool:
        return list(pool.map(run, range(len(stores))))


def test_servers_that_start_together_on_an_empty_database_build_it_once(settings, cluster):
    database_url = cluster.create_database("bare")
    settings = settings.model_copy(update={"database_url": database_url})
    start = Barrier(SERVERS)

    def open_and_write(number: int) -> None:
        start.wait()
        store = Store.open(settings)
        store.transforms.add(spec(name=f"transform-{number}"), {}, max_transforms=100)
        store.close()

    with ThreadPoolExecutor(SERVERS) as pool:
        list(pool.map(open_and_write, range(SERVERS)))

    store = Store.open(settings)
    assert len(store.transforms.find(TransformFilter()).rows) == SERVERS
    store.close()


def test_one_create_sent_to_every_server_makes_one_transform(settings):
    with servers(settings) as stores:
        made = all_at_once(stores, lambda store, _: store.transforms.add(spec(), {}, 100).id)

        assert len(set(made)) == 1


def test_the_quota_of_transforms_holds_under_a_race(settings):
    with servers(settings) as stores:
        made = all_at_once(
            stores,
            lambda store, number: (
                store.transforms.add(spec(name=f"transform-{number}"), {}, 3).name
            ),
        )

        refused = [one for one in made if isinstance(one, ResourceNumberLimitExceededException)]
        assert len(refused) == SERVERS - 3
        assert len(stores[0].transforms.find(TransformFilter()).rows) == 3


def test_the_quota_of_active_runs_holds_under_a_race(settings):
    with servers(settings) as stores:
        transform = stores[0].transforms.add(spec(), {}, 100)
        quota = TaskRunQuota(per_transform=3)

        def start(store: Store, _number: int) -> str:
            return store.task_runs.add(transform.id, "EVALUATION", quota=quota).id

        started = all_at_once(stores, start)

        assert sum(isinstance(one, str) for one in started) == 3
        assert len(stores[0].task_runs.active(transform.id)) == 3


def test_a_run_is_claimed_by_one_server(settings):
    with servers(settings) as stores:
        transform = stores[0].transforms.add(spec(), {}, 100)
        run = stores[0].task_runs.add(transform.id, "EVALUATION")

        claims = all_at_once(
            stores, lambda store, number: store.task_runs.claim(run.id, Owner("host", number, 0))
        )

        assert Counter(claims) == {True: 1, False: SERVERS - 1}
        owner = stores[0].task_runs.get(run.id).owner
        assert owner == Owner("host", claims.index(True), 0)


def test_a_run_enters_running_once_however_many_try(settings):
    with servers(settings) as stores:
        transform = stores[0].transforms.add(spec(), {}, 100)
        run = stores[0].task_runs.add(transform.id, "EVALUATION")

        won = all_at_once(
            stores, lambda store, _: store.task_runs.transition(run.id, "STARTING", "RUNNING")
        )

        assert Counter(won) == {True: 1, False: SERVERS - 1}


def test_statuses_never_go_backwards(settings):
    """Whatever servers try, in whatever order, a run ends once and stays as it ended."""
    tries = ["RUNNING", "STOPPING", "STOPPED", "SUCCEEDED", "FAILED", "TIMEOUT"]

    with servers(settings) as stores:
        transform = stores[0].transforms.add(spec(), {}, 100)
        runs = [stores[0].task_runs.add(transform.id, "EVALUATION").id for _ in range(10)]

        def push(store: Store, number: int) -> list[tuple[str, str]]:
            chance = random.Random(number)
            ended = []
            for run_id in chance.sample(runs, len(runs)) * 3:
                to = chance.choice(tries)
                done = store.task_runs.transition(run_id, ACTIVE_STATUSES, to)
                if done and to not in ACTIVE_STATUSES:
                    ended.append((run_id, to))
            return ended

        ends = [end for of_server in all_at_once(stores, push) for end in of_server]

        assert len({run_id for run_id, _ in ends}) == len(ends)
        for run_id, status in ends:
            assert stores[0].task_runs.get(run_id).status == status


def test_every_import_counts_when_all_servers_import_at_once(settings):
    with servers(settings) as stores:
        transform = stores[0].transforms.add(spec(), {}, 100)

        def load(store: Store, number: int) -> int:
            rows = [Label("0", f"record-{number}-{i}", "A", {}) for i in range(10)]
            source = LabelSource(uri=f"s3://labels/{number}.csv")
            return store.labels.append(transform.id, rows, source).label_count

        assert all_at_once(stores, load) == [10] * SERVERS
        assert stores[0].transforms.get(transform.id).label_count == 10 * SERVERS
        assert len(stores[0].labels.current(transform.id)) == 10 * SERVERS


def test_one_of_the_matchers_trained_at_once_is_published(settings):
    with servers(settings) as stores:
        transform = stores[0].transforms.add(spec(), {}, 100)

        def publish(store: Store, number: int) -> str:
            return store.matchers.publish(
                transform.id, f"matcher {number}", expected_version=0, label_count=1
            ).text

        published = all_at_once(stores, publish)

        texts = [one for one in published if isinstance(one, str)]
        assert [stores[0].matchers.get(transform.id).text] == texts


def test_a_transform_deleted_while_runs_start_leaves_no_run_behind(settings):
    with servers(settings) as stores:
        transform = stores[0].transforms.add(spec(), {}, 100)

        def delete_or_start(store: Store, number: int) -> None:
            if number == 0:
                store.transforms.start_deleting(transform.id)
                return
            try:
                run = store.task_runs.add(transform.id, "EVALUATION")
            except EntityNotFoundException:
                return
            store.task_runs.transition(run.id, "STARTING", "STOPPED")

        all_at_once(stores, delete_or_start)
        stores[0].transforms.purge(transform.id)

        assert stores[0].task_runs.active() == []
        with pytest.raises(EntityNotFoundException):
            stores[0].transforms.get(transform.id)


def test_a_reader_sees_one_state_of_the_database(settings):
    """A page and what it is checked against come from the same moment."""
    with servers(settings, 2) as (reader, writer):
        late = iter(["late"])

        def write_in_between(_connection, _cursor, statement, *_others):
            for name in late if statement.startswith("SELECT") else ():
                writer.catalog.add_table("db", name, {"Name": name})

        writer.catalog.add_database("db", {"Name": "db"})
        event.listen(reader.database.engine, "after_cursor_execute", write_in_between)

        assert reader.catalog.tables("db").rows == []
        assert len(reader.catalog.tables("db").rows) == 1
