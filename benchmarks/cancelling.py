"""
How soon a task run over a large table ends when it is cancelled, stage by stage.

    python -m benchmarks.cancelling --rows 1000000 --taught-on 100000 --kept FOLDER

Starts a FIND_MATCHES run for each stage, cancels it through boto3 when its log says that the stage
has begun, and prints the seconds until the run is STOPPED and its processes are gone.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import click
import psutil

import glueml_core
from benchmarks.product import Product
from benchmarks.speed import Folder, reachable
from glueml_core.tasks.folder import RunFolder
from glueml_core.transforms.jobs import start_find_matches

_STAGES = (
    "Reading records",
    "Reading 1",
    "Joining rows",
    "Expecting",
    "Comparing a sample",
    "at a glance",
    "Clustering",
    "Writing",
)
_LOOK_S = 0.01
# Into the stage: what ends at once when it begins need not do so in the middle.
_LATER_S = 0.3
_AT_MOST_S = 600


def seconds_to_stop(product: Product, table: Path, output: Path, stage: str) -> float:
    """From the call of CancelMLTaskRun to the end of the run and of all its processes."""
    core = glueml_core.core_of(product.client)
    run_id = start_find_matches(core, product.transform_id, output.as_uri(), source=table.as_uri())
    _wait_for(RunFolder.of(core.settings, run_id).log, stage)
    time.sleep(_LATER_S)
    workers = _workers()
    start = time.perf_counter()
    product.client.cancel_ml_task_run(TransformId=product.transform_id, TaskRunId=run_id)
    while (run := core.store.task_runs.get(run_id)) and run.is_active:
        time.sleep(_LOOK_S)
    seconds = time.perf_counter() - start
    psutil.wait_procs(workers, timeout=_AT_MOST_S)
    gone = time.perf_counter() - start
    status = run.status if run else "gone"
    print(
        f"{stage:<20} {status:<10} {seconds:5.2f} s, processes gone after {gone:5.2f} s", flush=True
    )
    return gone


def _wait_for(log: Path, stage: str) -> None:
    until = time.monotonic() + _AT_MOST_S
    while not (log.exists() and stage in log.read_text(encoding="utf-8")):
        if time.monotonic() > until:
            raise TimeoutError(f"The run never came to {stage}.")
        time.sleep(_LOOK_S)


def _workers() -> list[psutil.Process]:
    """Supervisors and workers: what the nursery has started."""
    nurseries = psutil.Process(os.getpid()).children()
    return [child for nursery in nurseries for child in nursery.children(recursive=True)]


@click.command(help=__doc__)
@click.option("--rows", type=int, default=1_000_000, help="Records of the table.")
@click.option("--taught-on", type=int, default=100_000, help="Rows of the table to learn from.")
@click.option("--labels", type=int, default=300, help="Labeled records to teach with.")
@click.option("--seed", type=int, default=7, help="Of the people.")
@click.option("--kept", type=click.Path(path_type=Path), required=True, help="As of speed.py.")
def main(rows: int, taught_on: int, labels: int, seed: int, kept: Path) -> None:
    """Cancel a run in every stage."""
    place = reachable(kept)
    folder, school = (Folder(place / f"{n}-{seed}") for n in (rows, taught_on))
    folder.fill(rows, seed)
    school.fill(taught_on, seed)
    product, _ = school.taught(labels)
    output = folder.path / "cancelled.parquet"
    for stage in _STAGES:
        seconds_to_stop(product, folder.records.parent, output, stage)
        assert not output.exists() or stage == "Writing"


if __name__ == "__main__":
    sys.exit(main())
