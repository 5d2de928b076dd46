"""Pools: as many of a transform's stages at a time as the service takes, and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dagster as dg

if TYPE_CHECKING:
    from glueml_core.api.core import Core

__all__ = ["keep_pool_limit", "service_limit"]

GLUE_QUOTA = 3
"""AWS Glue's own quota of task runs at a time for one transform."""


def service_limit(core: Core | None) -> int:
    """The task runs of one transform that the service works on; as its settings say, if known."""
    return GLUE_QUOTA if core is None else core.settings.max_task_runs_per_transform


def keep_pool_limit(instance: dg.DagsterInstance, pool: str, limit: int) -> int:
    """
    Give a pool the service's limit, unless somebody has set a lower one; the limit it has then.

    A default of the instance is none that somebody set for this pool.
    """
    storage = instance.event_log_storage
    if not storage.supports_global_concurrency_limits:
        return limit
    found = storage.get_pool_limits()
    chosen = {each.name: each.limit for each in found if not each.from_default}
    if chosen.get(pool, limit + 1) <= limit:
        return chosen[pool]
    storage.set_concurrency_slots(pool, limit)
    return limit
