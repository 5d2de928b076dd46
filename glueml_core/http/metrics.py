"""What the server counts, for Prometheus."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

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

__all__ = ["Metrics"]

Counts = Mapping[tuple[str, ...], int]
SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """
    Requests as they are answered; transforms and task runs as the store has them when asked.

    Args:
        count_transforms: The number of transforms, by status.
        count_task_runs: The number of task runs, by task type and status.
    """

    def __init__(
        self, count_transforms: Callable[[], Counts], count_task_runs: Callable[[], Counts]
    ) -> None:
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
        self._registry.register(
            _CountsOfTheStore("glueml_transforms", "Transforms.", ["status"], count_transforms)
        )
        self._registry.register(
            _CountsOfTheStore(
                "glueml_task_runs", "Task runs.", ["task_type", "status"], count_task_runs
            )
        )

    def count(self, operation: str, status: int, error: str, seconds: float) -> None:
        """Take note of one answer; `error` is empty for a good one."""
        self._requests.labels(operation, str(status), error).inc()
        self._seconds.labels(operation).observe(seconds)

    def page(self) -> bytes:
        """All of it, in Prometheus's text format."""
        return generate_latest(self._registry)


class _CountsOfTheStore(Collector):
    def __init__(
        self, name: str, help_text: str, labels: list[str], count: Callable[[], Counts]
    ) -> None:
        self._name, self._help_text, self._labels, self._count = name, help_text, labels, count

    def describe(self) -> list[GaugeMetricFamily]:
        # Without this, registering would ask the store for its numbers.
        return [GaugeMetricFamily(self._name, self._help_text, labels=self._labels)]

    def collect(self) -> Iterator[GaugeMetricFamily]:
        family = GaugeMetricFamily(self._name, self._help_text, labels=self._labels)
        for values, number in self._count().items():
            family.add_metric(values, number)
        yield family
