"""Leftovers: what task runs have on the disk after nobody can ask for it any more."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from glueml_core.errors import EntityNotFoundException
from glueml_core.settings import Settings
from glueml_core.store import Store
from glueml_core.tasks.folder import COMPARED_PAIRS, INDEXES, TASK_RUNS, WAITING, RunFolder

__all__ = ["discard", "discard_if_deleted", "discard_kept", "remove_stale_frames"]

# Whoever waits for a run looks several times a second; after this long nobody waits.
KEPT_FOR = timedelta(hours=1)


def discard(settings: Settings, run_ids: Iterable[str]) -> None:
    """Remove the folders of runs, logs included."""
    for run_id in run_ids:
        shutil.rmtree(RunFolder.of(settings, run_id).path, ignore_errors=True)


def discard_kept(settings: Settings, transform_id: str) -> None:
    """Remove what a transform's runs kept for the next: compared pairs, indexes of tables."""
    for kept in (COMPARED_PAIRS, INDEXES):
        shutil.rmtree(settings.store / kept / transform_id, ignore_errors=True)


def discard_if_deleted(settings: Settings, store: Store, transform_id: str, run_id: str) -> None:
    """Remove the folder of a run that has ended, if its transform is gone or going."""
    try:
        deleted = store.transforms.get(transform_id).status == "DELETING"
    except EntityNotFoundException:
        deleted = True
    if deleted:
        discard(settings, [run_id])
        discard_kept(settings, transform_id)


def remove_stale_frames(settings: Settings, store: Store) -> None:
    """
    Remove frames whose caller has died: handed over to no run, or handed back by one and not taken.

    A log is never removed here: the run may be another database's.
    """
    for path in (settings.store / TASK_RUNS).glob("*"):
        folder = RunFolder(path)
        is_waiting = path.name.startswith(WAITING)
        if not (is_waiting or folder.inputs.exists() or folder.results.exists()):
            continue
        since = _begun(path) if is_waiting else _ended(store, path.name)
        if since is not None and store.now() - since > KEPT_FOR:
            if is_waiting:
                shutil.rmtree(path, ignore_errors=True)
            else:
                folder.remove_frames()


def _begun(path: Path) -> datetime | None:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:
        # Its run has it by now.
        return None


def _ended(store: Store, run_id: str) -> datetime | None:
    run = store.task_runs.get(run_id)
    return None if run is None else run.completed_on
