"""Quality checks: the floors that an evaluation's metrics must keep above."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg

from glueml_dagster.definition import Expectations

__all__ = ["floor_check_specs", "floor_checks"]


def floor_check_specs(key: dg.AssetKey, expectations: Expectations) -> list[dg.AssetCheckSpec]:
    """The checks of an evaluation: one for each metric that has a floor."""
    return [
        dg.AssetCheckSpec(
            f"{metric}_floor",
            asset=key,
            blocking=expectations.blocking,
            description=f"The estimated {metric} is at least {floor}.",
        )
        for metric, floor in expectations.floors().items()
    ]


def floor_checks(
    expectations: Expectations, numbers: Mapping[str, Any]
) -> Iterator[dg.AssetCheckResult]:
    """
    The verdict on an evaluation.

    Args:
        expectations: The floors.
        numbers: Metrics by name; one that the labels cannot tell is left out.
    """
    for metric, floor in expectations.floors().items():
        value = numbers.get(metric)
        known = {"floor": floor} if value is None else {"floor": floor, metric: value}
        yield dg.AssetCheckResult(
            check_name=f"{metric}_floor",
            # A metric that nobody knows gives no right to go on.
            passed=value is not None and value >= floor,
            metadata=known,
            description=f"{metric} is {'unknown' if value is None else f'{value:.3f}'}.",
        )
