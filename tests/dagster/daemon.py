"""What Dagster's daemon does with a sensor, step by step and in this process."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

import dagster as dg

__all__ = ["Daemon"]


@dataclass
class Daemon:
    """One sensor, what it materializes, its cursor, and the instance its runs are written to."""

    defs: dg.Definitions
    sensor: str
    target: dg.AssetKey
    instance: dg.DagsterInstance
    cursor: str | None = None
    notes: list[str] = field(default_factory=list)

    def tick(self) -> list[dg.RunRequest]:
        """Evaluate the sensor; events are reported, runs only asked for."""
        sensor = self.defs.resolve_sensor_def(self.sensor)
        with dg.build_sensor_context(
            instance=self.instance,
            cursor=self.cursor,
            definitions=self.defs,
            resources=dict(self.defs.resources or {}),
            sensor_name=self.sensor,
        ) as context:
            data = sensor.evaluate_tick(context)
        for event in data.asset_events:
            self.instance.report_runless_asset_event(event)
        self.cursor = data.cursor
        if data.skip_message:
            self.notes.append(data.skip_message)
        return list(data.run_requests or [])

    def launch(self, requests: Iterable[dg.RunRequest]) -> list[dg.ExecuteInProcessResult]:
        """Execute each request, but a run key only once for ever, as Dagster does."""
        return [self._execute(request) for request in requests if not self._was_launched(request)]

    def run(self) -> list[dg.ExecuteInProcessResult]:
        return self.launch(self.tick())

    def _was_launched(self, request: dg.RunRequest) -> bool:
        tags = {"dagster/run_key": request.run_key, "dagster/sensor_name": self.sensor}
        return self.instance.get_runs_count(dg.RunsFilter(tags=tags)) > 0

    def _execute(self, request: dg.RunRequest) -> dg.ExecuteInProcessResult:
        return self._job.execute_in_process(
            instance=self.instance,
            run_config=request.run_config,
            tags={
                **request.tags,
                "dagster/run_key": request.run_key,
                "dagster/sensor_name": self.sensor,
            },
            raise_on_error=False,
        )

    @cached_property
    def _job(self) -> dg.JobDefinition:
        job = self.defs.resolve_implicit_global_asset_job_def()
        return job.get_subset(asset_selection={self.target})
