"""An ML transform: what its owner chose, and what became of it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

__all__ = ["MLTransform", "TransformFilter", "TransformSpec", "TransformStatus", "schema_key"]

TransformStatus = Literal["NOT_READY", "READY", "DELETING"]


@dataclass(frozen=True, kw_only=True)
class TransformSpec:
    """
    What the owner of a transform chooses, and the schema that its table had at creation.

    `input_record_tables`, `schema` and `encryption` are in the API's own form
    (`{"DatabaseName": …}`, `{"Name": …, "DataType": …}`); a table's `max_capacity` (DPUs) excludes
    `worker_type` with `number_of_workers`.
    """

    name: str
    description: str | None = None
    transform_type: str = "FIND_MATCHES"
    input_record_tables: Sequence[Mapping[str, Any]]
    primary_key_column: str
    precision_recall_tradeoff: float
    accuracy_cost_tradeoff: float
    enforce_provided_labels: bool
    schema: Sequence[Mapping[str, str]]
    role: str
    glue_version: str
    max_capacity: float | None = None
    worker_type: str | None = None
    number_of_workers: int | None = None
    timeout_minutes: int
    max_retries: int
    encryption: Mapping[str, Any] | None = None

    def fingerprint(self, tags: Mapping[str, str]) -> str:
        """A digest by which the same create, sent again, is recognized."""
        whole = json.dumps([asdict(self), dict(tags)], sort_keys=True)
        return hashlib.sha256(whole.encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class MLTransform(TransformSpec):
    """A transform as it stands: READY exactly when a matcher has been published for it."""

    id: str
    status: TransformStatus
    label_count: int
    evaluation_metrics: Mapping[str, Any] | None
    evaluation_detail: Mapping[str, Any] | None
    created_on: datetime
    last_modified_on: datetime


@dataclass(frozen=True, kw_only=True)
class TransformFilter:
    """Which transforms to list; a transform must meet all that is not None."""

    name: str | None = None
    transform_type: str | None = None
    status: TransformStatus | None = None
    glue_version: str | None = None
    created_before: datetime | None = None
    created_after: datetime | None = None
    last_modified_before: datetime | None = None
    last_modified_after: datetime | None = None
    schema: Sequence[Mapping[str, str]] | None = None
    tags: Mapping[str, str] | None = None


def schema_key(columns: Sequence[Mapping[str, str]]) -> str:
    """A schema as one text, the same whatever the order of its columns."""
    return json.dumps(sorted((column["Name"], column["DataType"]) for column in columns))
