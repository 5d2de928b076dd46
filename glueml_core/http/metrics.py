"""What the server counts, for Prometheus."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from glueml_core.store.census import Census

__all__ = ["Metrics"]

SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """
    Requests as they are answered; transforms and task runs as the store has them when asked.

    Args:
        take_census: Counts what the store holds.
    """

    def __init__(self, take_census: Callable[[], Census]) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "glueml_requests",
            "Requests answered.",
            ["operation", "status", "error"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "glueml_request_duration_seconds",
            "Time from the request's first byte to its answer.",
            ["operation"],
            buckets=SECONDS,
            registry=self._registry,
        )
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)
        self._registry.register(_StoreCollector(take_census))

    def count(self, operation: str, status: int, error: str, seconds: float) -> None:
        """Take note of one answer; `error` is empty for a good one."""
        self._requests.labels(operation, str(status), error).inc()
        self._seconds.labels(operation).observe(seconds)

    def page(self) -> bytes:
        """All of it, in Prometheus's text format."""
        return generate_latest(self._registry)


class _StoreCollector(Collector):
    def __init__(self, take_census: Callable[[], Census]) -> None:
        self._take_census = take_census

    def describe(self) -> list[GaugeMetricFamily]:
        # Without this, the store would be asked when the collector is registered.
        return list(_families(None))

    def collect(self) -> Iterator[GaugeMetricFamily]:
        try:
            census = self._take_census()
        except SQLAlchemyError:
            census = None
        return _families(census)


def _families(census: Census | None) -> Iterator[GaugeMetricFamily]:
    up = "Whether the store's database answered just now."
    yield GaugeMetricFamily("glueml_store_up", up, value=float(census is not None))

    transforms = GaugeMetricFamily("glueml_transforms", "ML transforms.", labels=["status"])
    runs = GaugeMetricFamily("glueml_task_runs", "Task runs.", labels=["task_type", "status"])
    if census is not None:
        for status, count in census.transforms.items():
            transforms.add_metric([status], count)
        for (task_type, status), count in census.task_runs.items():
            runs.add_metric([task_type, status], count)
    yield transforms
    yield runs
