"""A store whose clock the test moves, and a transform in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from glueml_core.settings import Settings
from glueml_core.store import Store, TransformSpec


@dataclass
class Clock:
    moment: datetime = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, seconds: float) -> datetime:
        self.moment += timedelta(seconds=seconds)
        return self.moment


def spec(**changes: Any) -> TransformSpec:
    chosen: dict[str, Any] = {
        "name": "people",
        "input_record_tables": [{"DatabaseName": "db", "TableName": "people"}],
        "primary_key_column": "id",
        "precision_recall_tradeoff": 0.5,
        "accuracy_cost_tradeoff": 0.5,
        "enforce_provided_labels": False,
        "schema": [{"Name": "id", "DataType": "string"}],
        "role": "role",
        "glue_version": "0.9",
        "max_capacity": 10.0,
        "timeout_minutes": 2880,
        "max_retries": 0,
    }
    return TransformSpec(**{**chosen, **changes})


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(settings: Settings, clock: Clock) -> Iterator[Store]:
    opened = Store.open(settings, clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def transform_id(store: Store) -> str:
    return store.transforms.add(spec(), {}, 100).id
