"""The states of a task run, and the one process that may change them."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from glueml_core.errors import ConcurrentRunsExceededException, EntityNotFoundException
from glueml_core.store import Owner, Store, TaskRunQuota, job_properties

STATUSES = ["STARTING", "RUNNING", "STOPPING", "STOPPED", "SUCCEEDED", "FAILED", "TIMEOUT"]
WAY_TO = {
    "STARTING": [],
    "RUNNING": ["RUNNING"],
    "STOPPING": ["STOPPING"],
    "STOPPED": ["STOPPING", "STOPPED"],
    "SUCCEEDED": ["RUNNING", "SUCCEEDED"],
    "FAILED": ["FAILED"],
    "TIMEOUT": ["TIMEOUT"],
}
ALLOWED = {
    *(("STARTING", to) for to in ("RUNNING", "STOPPING", "STOPPED", "FAILED", "TIMEOUT")),
    *(("RUNNING", to) for to in STATUSES if to != "RUNNING"),
    ("STOPPING", "STOPPED"),
}


@pytest.fixture
def add(store, transform_id):
    return lambda: store.task_runs.add(transform_id, "EVALUATION")


@pytest.mark.parametrize(("from_", "to"), list(itertools.product(STATUSES, STATUSES)))
def test_a_run_moves_along_its_states_and_never_out_of_its_end(store, add, from_, to):
    run, status = add(), "STARTING"
    for step in WAY_TO[from_]:
        assert store.task_runs.transition(run.id, status, step)
        status = step

    moved = store.task_runs.transition(run.id, from_, to, error_string="new")

    after = store.task_runs.get(run.id)
    assert moved == ((from_, to) in ALLOWED)
    assert (after.status, after.error_string) == ((to, "new") if moved else (from_, None))


def test_only_the_state_that_was_compared_is_set(store, add):
    run = add()
    assert not store.task_runs.transition(run.id, "RUNNING", "FAILED")
    assert not store.task_runs.transition(run.id, "STARTING", "RUNNING", expecting={"attempt": 1})
    assert store.task_runs.transition(
        run.id, ("STARTING", "RUNNING"), "RUNNING", expecting={"attempt": 0}, attempt=1
    )
    assert not store.task_runs.transition("tsk-nobody", "STARTING", "RUNNING")
    assert store.task_runs.get(run.id).attempt == 1


def test_a_run_knows_the_job_run_that_follows_it_and_what_it_knew_before(store, transform_id):
    run = store.task_runs.add(transform_id, "IMPORT_LABELS", details={"etag": "v1"})

    store.task_runs.tie(run.id, job_name="labels", job_run_id="first")
    store.task_runs.tie(run.id, job_name="labels", job_run_id="second")

    job = job_properties("labels", "second")
    assert store.task_runs.get(run.id).details == {"etag": "v1", "job": job}


@pytest.mark.behavior(38)
def test_the_time_of_a_run_is_what_its_attempts_took(store, add, clock):
    """Waiting to start, and the wait between two attempts, consume nothing."""
    run = add()
    clock.forward(100)
    store.task_runs.transition(run.id, "STARTING", "RUNNING")
    clock.forward(3)
    store.task_runs.transition(run.id, "RUNNING", "STARTING")
    clock.forward(100)
    store.task_runs.transition(run.id, "STARTING", "RUNNING")
    clock.forward(4)
    running = store.task_runs.get(run.id)
    ended_on = clock.forward(1)
    store.task_runs.transition(run.id, "RUNNING", "FAILED")

    ended = store.task_runs.get(run.id)
    assert (running.execution_time_s, running.completed_on) == (3, None)
    assert (ended.execution_time_s, ended.completed_on) == (8, ended_on)
    assert ended.last_modified_on == ended_on
    assert ended.started_on == ended_on - timedelta(seconds=208)


def test_only_the_owner_reports_and_only_while_the_run_lives(store, add, clock):
    run, me, other = add(), Owner("host", 1, 5), Owner("host", 1, 725)
    assert store.task_runs.claim(run.id, me)
    assert not store.task_runs.claim(run.id, other)
    store.task_runs.transition(run.id, "STARTING", "RUNNING")
    moment = clock.forward(5)

    assert store.task_runs.report(run.id, me, progress=0.5, progress_text="half")
    assert not store.task_runs.report(run.id, other, progress=0.9)
    reported = store.task_runs.get(run.id)
    assert store.task_runs.claim(run.id, other, from_owner=me)
    store.task_runs.transition(run.id, "RUNNING", "SUCCEEDED", output={"uris": ["a"]})

    assert (reported.progress, reported.progress_text) == (0.5, "half")
    assert (reported.owner, reported.heartbeat_on) == (me, moment)
    assert not store.task_runs.report(run.id, other, progress=0.9)
    assert not store.task_runs.claim(run.id, me, from_owner=other)
    assert store.task_runs.get(run.id).output == {"uris": ["a"]}


def test_a_refused_run_leaves_no_trace(store, transform_id, add):
    add()
    with pytest.raises(ConcurrentRunsExceededException):
        store.task_runs.add(transform_id, "EVALUATION", quota=TaskRunQuota(per_transform=1))
    with pytest.raises(EntityNotFoundException):
        store.task_runs.add("tfm-nobody", "EVALUATION")
    assert len(store.task_runs.active()) == 1


@pytest.mark.behavior(36)
def test_servers_that_start_runs_at_once_keep_the_quota(settings, store, transform_id):
    """Each has connections of its own, as processes have."""
    servers = [Store.open(settings) for _ in range(8)]

    def start(server):
        try:
            server.task_runs.add(transform_id, "EVALUATION", quota=TaskRunQuota(per_transform=3))
        except ConcurrentRunsExceededException as refusal:
            return str(refusal)
        finally:
            server.close()

    with ThreadPoolExecutor(len(servers)) as pool:
        answers = list(pool.map(start, servers))

    text = "ML Task Runs count 4 has exceeded the transform limit of 3 task runs."
    assert answers.count(text) == 5
    assert len(store.task_runs.active(transform_id)) == 3
