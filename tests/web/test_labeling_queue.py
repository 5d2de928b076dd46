"""Labeling sets wait for people, one person each, and keep every answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from glueml_core.errors import ConcurrentModificationException, EntityNotFoundException
from glueml_core.settings import Settings
from glueml_core.store import Label, LabelSource, Store, TransformSpec
from glueml_core.store.labeling_queue import LEASE


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(settings: Settings, clock: Clock) -> Iterator[Store]:
    store = Store.open(settings, clock=clock)
    yield store
    store.close()


@pytest.fixture
def transform_id(store: Store) -> str:
    spec = TransformSpec(
        name="people",
        input_record_tables=[{"DatabaseName": "db", "TableName": "people"}],
        primary_key_column="id",
        precision_recall_tradeoff=0.5,
        accuracy_cost_tradeoff=0.5,
        enforce_provided_labels=False,
        schema=[{"Name": "id", "DataType": "string"}, {"Name": "name", "DataType": "string"}],
        role="arn:aws:iam::000000000000:role/any",
        glue_version="0.9",
        timeout_minutes=2880,
        max_retries=0,
    )
    return store.transforms.add(spec, {}, 100).id


def rows(*ids: str) -> list[dict[str, str]]:
    return [{"id": record_id, "name": f"name of {record_id}"} for record_id in ids]


@pytest.fixture
def queue(store: Store, transform_id: str) -> Store:
    store.labeling_queue.add(transform_id, {"s1": rows("1", "2"), "s2": rows("3", "4")})
    return store


def test_two_people_get_different_sets_and_a_third_gets_none(queue, transform_id):
    first = queue.labeling_queue.lease_next(transform_id, "ann")
    second = queue.labeling_queue.lease_next(transform_id, "bob")

    assert [first.labeling_set_id, second.labeling_set_id] == ["s1", "s2"]
    assert queue.labeling_queue.lease_next(transform_id, "cem") is None


def test_a_person_who_comes_back_finds_the_same_set_with_the_answers_so_far(queue, transform_id):
    queue.labeling_queue.lease_next(transform_id, "ann")
    queue.labeling_queue.save(
        transform_id, "s1", "ann", version=0, answers=["A", ""], is_done=False
    )

    found = queue.labeling_queue.lease_next(transform_id, "ann")

    assert (found.labeling_set_id, found.answers, found.version) == ("s1", ["A", ""], 1)


def test_a_set_that_was_left_lying_goes_on_with_its_answers(queue, transform_id, clock):
    queue.labeling_queue.lease_next(transform_id, "ann")
    queue.labeling_queue.save(
        transform_id, "s1", "ann", version=0, answers=["A", ""], is_done=False
    )
    clock.now += LEASE + timedelta(seconds=1)

    taken = queue.labeling_queue.lease_next(transform_id, "bob")

    assert (taken.labeling_set_id, taken.answers) == ("s1", ["A", ""])
    with pytest.raises(ConcurrentModificationException):
        queue.labeling_queue.save(
            transform_id, "s1", "ann", version=1, answers=["B", "B"], is_done=True
        )


def test_nobody_takes_a_set_that_somebody_is_at(queue, transform_id):
    queue.labeling_queue.lease_next(transform_id, "ann")

    with pytest.raises(ConcurrentModificationException):
        queue.labeling_queue.lease(transform_id, "s1", "bob")


def test_an_older_tab_overwrites_nothing(queue, transform_id):
    save = queue.labeling_queue.save
    queue.labeling_queue.lease_next(transform_id, "ann")
    save(transform_id, "s1", "ann", version=0, answers=["A", "A"], is_done=False)

    with pytest.raises(ConcurrentModificationException):
        save(transform_id, "s1", "ann", version=0, answers=["", ""], is_done=False)

    assert queue.labeling_queue.get(transform_id, "s1").answers == ["A", "A"]


def test_corrections_come_first(queue, transform_id):
    queue.labeling_queue.add(transform_id, {"c1": rows("7", "8")}, is_correction=True)

    assert queue.labeling_queue.lease_next(transform_id, "ann").labeling_set_id == "c1"


def test_queueing_a_set_again_keeps_its_answers(queue, transform_id):
    queue.labeling_queue.lease_next(transform_id, "ann")
    queue.labeling_queue.save(
        transform_id, "s1", "ann", version=0, answers=["A", "B"], is_done=True
    )

    queue.labeling_queue.add(transform_id, {"s1": rows("1", "2"), "s3": rows("5", "6")})

    found = queue.labeling_queue.find(transform_id)
    assert [(s.labeling_set_id, s.answers) for s in found] == [
        ("s1", ["A", "B"]),
        ("s2", ["", ""]),
        ("s3", ["", ""]),
    ]


def test_a_set_that_was_labeled_in_a_file_is_not_asked_again(queue, transform_id):
    labels = [Label("s1", "1", "A", {}), Label("s1", "2", "A", {})]
    queue.labels.append(transform_id, labels, LabelSource(uri="file:///labels.csv"))

    assert queue.labeling_queue.lease_next(transform_id, "ann").labeling_set_id == "s2"


def test_generated_sets_are_unqueued_until_they_are_queued_or_labeled(queue, transform_id):
    queue.labels.add_generated(transform_id, "tsk-1", {"s1": ["1", "2"]})
    queue.labels.add_generated(transform_id, "tsk-2", {"s9": ["8", "9"]})

    assert queue.labeling_queue.unqueued_runs(transform_id) == ["tsk-2"]


def test_answers_come_back_when_their_import_came_to_nothing(queue, transform_id):
    queue.labeling_queue.lease_next(transform_id, "ann")
    done = queue.labeling_queue.save(
        transform_id, "s1", "ann", version=0, answers=["A", "B"], is_done=True
    )
    run = queue.task_runs.add(transform_id, "IMPORT_LABELS")
    queue.labeling_queue.mark_sent([done], run.id)
    assert [s.labeling_set_id for s in queue.labeling_queue.find(transform_id)] == ["s2"]

    queue.task_runs.transition(run.id, "STARTING", "FAILED", error_string="No.")
    queue.labeling_queue.take_back_failed(transform_id)

    found = queue.labeling_queue.find(transform_id)[0]
    assert (found.labeling_set_id, found.status, found.answers) == ("s1", "ANSWERED", ["A", "B"])


def test_a_set_changed_after_it_was_read_is_not_marked_as_sent(queue, transform_id):
    queue.labeling_queue.lease_next(transform_id, "ann")
    save = queue.labeling_queue.save
    done = save(transform_id, "s1", "ann", version=0, answers=["A", "B"], is_done=True)
    save(transform_id, "s1", "ann", version=1, answers=["A", "A"], is_done=True)

    queue.labeling_queue.mark_sent([done], "tsk-1")

    assert queue.labeling_queue.get(transform_id, "s1").status == "ANSWERED"


def test_an_unknown_set_is_an_entity_not_found(queue, transform_id):
    with pytest.raises(EntityNotFoundException):
        queue.labeling_queue.lease(transform_id, "nothing", "ann")
