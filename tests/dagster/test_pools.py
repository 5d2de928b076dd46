"""A transform's pool takes as many stages at a time as the service takes task runs."""

from uuid import uuid4

import dagster as dg
import pytest

from glueml_dagster import GlueMLResource, build_find_matches_assets
from glueml_dagster.pools import service_limit
from tests.dagster.quiet import quiet_instance

POOL = "glueml_people"


@pytest.fixture
def instance(tmp_path):
    with quiet_instance(tmp_path / "dagster") as instance:
        yield instance


@pytest.fixture
def materialize(transform, inline, instance):
    def run(stage: str) -> bool:
        return dg.materialize(
            build_find_matches_assets(transform),
            instance=instance,
            selection=[dg.AssetKey(["glueml", "people", stage])],
            resources={"glueml": inline},
            raise_on_error=False,
        ).success

    return run


def limit(instance: dg.DagsterInstance) -> int:
    (found,) = [each for each in instance.event_log_storage.get_pool_limits() if each.name == POOL]
    return found.limit


def test_the_limit_is_what_the_service_is_set_to(materialize, instance, monkeypatch):
    monkeypatch.setenv("GLUEML_MAX_TASK_RUNS_PER_TRANSFORM", "2")

    assert materialize("transform")

    assert limit(instance) == 2


def test_a_lower_limit_that_somebody_set_stays_and_a_higher_one_does_not(materialize, instance):
    storage = instance.event_log_storage
    storage.set_concurrency_slots(POOL, 1)
    assert materialize("transform")
    lower = limit(instance)
    storage.set_concurrency_slots(POOL, 8)

    assert materialize("transform")

    assert (lower, limit(instance)) == (1, 3)


def test_a_stage_waits_while_others_have_all_the_places(materialize, instance, monkeypatch):
    """The second run waits for the place of the first, where it would have been refused."""
    monkeypatch.setenv("GLUEML_MAX_TASK_RUNS_PER_TRANSFORM", "1")
    assert materialize("transform")
    storage = instance.event_log_storage

    taken = storage.claim_concurrency_slot(POOL, str(uuid4()), "another")
    waiting = storage.claim_concurrency_slot(POOL, str(uuid4()), "labeling_set")

    assert taken.is_claimed
    assert not waiting.is_claimed


def test_elsewhere_it_is_glues_own_quota():
    assert GlueMLResource(aws=True).embedded is False
    assert service_limit(None) == 3
