"""Instances: creating, executing and repairing runs; the one place for Dagster's inner doors."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg
from dagster._core.definitions.reconstruct import ReconstructableRepository
from dagster._core.errors import DagsterRunAlreadyExists
from dagster._core.execution.api import execute_run
from dagster._core.remote_origin import (
    ManagedGrpcPythonEnvCodeLocationOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin

from glueml_core.store import Owner
from glueml_core.tasks.processes import is_gone, this_process
from glueml_dagster.runner.job import OP, TASK_RUN_JOB, stage_of
from glueml_dagster.task_runs import task_run_tag

if TYPE_CHECKING:
    from dagster._core.remote_origin import RemoteJobOrigin

    from glueml_core.store import TaskRun

__all__ = [
    "create",
    "dagster_run_id",
    "execute",
    "open_instance",
    "process_tag",
    "repair",
    "repair_orphans",
    "run_request",
]

LOCATION = "glueml"
PROCESS_TAG = "glueml/process"
"""The Dagster run's tag that names the process that executes it: host, pid, start."""
_NAMESPACE = uuid.UUID("8f6bb1a5-5d0c-4f0e-9b1c-2f3c7b0d9a11")


def dagster_run_id(task_run_id: str) -> str:
    """The Dagster run of a task run: the same however often it is submitted."""
    return str(uuid.uuid5(_NAMESPACE, task_run_id))


def run_request(run: TaskRun, store: Path | None) -> dict[str, Any]:
    """Run config and tags of the Dagster run that works on a task run."""
    config = {"transform_id": run.transform_id, "task_run_id": run.id}
    if store is not None:
        config["store"] = str(store)
    tags = task_run_tag(run.id, stage_of(run.task_type))
    return {
        "run_config": {"ops": {OP: {"config": config}}},
        "tags": tags | {"glueml/transform_id": run.transform_id},
    }


@contextmanager
def open_instance(home: str | Path) -> Iterator[dg.DagsterInstance]:
    """The instance in a folder, which is made if it is not there, and then tells nobody of it."""
    if not Path(home).exists():
        Path(home).mkdir(parents=True, exist_ok=True)
        (Path(home) / "dagster.yaml").write_text("telemetry:\n  enabled: false\n")
    with dg.DagsterInstance.from_config(str(home)) as instance:
        yield instance


def create(home: str | Path, module: str, run: TaskRun, store: Path) -> str | None:
    """Write the Dagster run of a task run; its id, or None if it was there already."""
    repository = ReconstructableRepository.for_module(module, "defs")
    job = repository.get_reconstructable_job(TASK_RUN_JOB)
    with open_instance(home) as instance:
        try:
            created = instance.create_run_for_job(
                job.get_definition(),
                run_id=dagster_run_id(run.id),
                job_code_origin=job.get_python_origin(),
                remote_job_origin=_origin(module),
                **run_request(run, store),
            )
        except DagsterRunAlreadyExists:
            return None
    return created.run_id


def execute(home: str, module: str, run_id: str) -> None:
    """Execute a run in this process."""
    os.environ["DAGSTER_HOME"] = home
    repository = ReconstructableRepository.for_module(module, "defs")
    with open_instance(home) as instance:
        run = instance.get_run_by_id(run_id)
        assert run is not None
        instance.add_run_tags(run_id, {PROCESS_TAG: process_tag(this_process())})
        job = repository.get_reconstructable_job(run.job_name)
        execute_run(job, run, instance)


def repair(home: str | Path, run_id: str, reason: str, *, only_waiting: bool = False) -> bool:
    """
    End a run whose process has gone, as canceled if that was asked for, else as failed.

    Args:
        home: The instance's folder.
        run_id: The run.
        reason: For the run's log.
        only_waiting: Leave it alone if it has begun.

    Returns:
        Whether there was anything to end.
    """
    with open_instance(home) as instance:
        run = instance.get_run_by_id(run_id)
        if run is None or run.is_finished:
            return False
        if only_waiting and run.status is not dg.DagsterRunStatus.NOT_STARTED:
            return False
        if run.status is dg.DagsterRunStatus.CANCELING:
            instance.report_run_canceled(run, reason)
        else:
            instance.report_run_failed(run, reason)
        return True


def repair_orphans(home: str | Path) -> None:
    """End the runs whose processes on this machine have gone without a word."""
    with open_instance(home) as instance:
        unfinished = dg.RunsFilter(
            job_name=TASK_RUN_JOB,
            statuses=[dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING],
        )
        orphans = [run.run_id for run in instance.get_runs(unfinished) if _is_orphan(run)]
    for run_id in orphans:
        repair(home, run_id, "Its process died.")


def process_tag(process: Owner) -> str:
    """The value of the tag that tells which process executes a run."""
    return f"{process.host} {process.pid} {process.started_on}"


def _is_orphan(run: dg.DagsterRun) -> bool:
    """Whether the run was executed here by a process that lives no more."""
    host, pid, started_on = run.tags.get(PROCESS_TAG, "- 0 0").split()
    return is_gone(Owner(host, int(pid), int(started_on)))


def _origin(module: str) -> RemoteJobOrigin:
    """Where the UI finds the job's code."""
    target = LoadableTargetOrigin(module_name=module)
    location = ManagedGrpcPythonEnvCodeLocationOrigin(target, location_name=LOCATION)
    return RemoteRepositoryOrigin(location, "__repository__").get_job_origin(TASK_RUN_JOB)
