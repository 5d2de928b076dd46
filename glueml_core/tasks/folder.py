"""The folder of one task run: its log, and what its processes hand each other."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glueml_core.settings import Settings

__all__ = ["COMPARED_PAIRS", "INDEXES", "TASK_RUNS", "WAITING", "RunFolder", "log_group_name"]

TASK_RUNS = "task_runs"
"""The folder of all runs' folders, in the store."""

INDEXES = "indexes"
"""The folder of the indexes of matched tables, in the store, by transform."""

COMPARED_PAIRS = "compared_pairs"
"""The folder of record pairs that were compared, in the store, by transform."""

WAITING = ".waiting-"
"""How the name of a folder begins that is handed over to a run which is not there yet."""


def log_group_name(transform_id: str) -> str:
    """The LogGroupName of a transform's task runs; their logs are in `<store>/task_runs/<id>`."""
    return f"/aws-glue/ml/{transform_id}"


@dataclass(frozen=True)
class RunFolder:
    """`<store>/task_runs/<task run id>`."""

    path: Path

    @classmethod
    def of(cls, settings: Settings, run_id: str) -> RunFolder:
        """The folder of that run, which need not be there yet."""
        return cls(settings.store / TASK_RUNS / run_id)

    @property
    def log(self) -> Path:
        """What happened, for the person who started the run."""
        return self.path / "log.txt"

    @property
    def outcome(self) -> Path:
        """How the worker of the present attempt ended, written by itself."""
        return self.path / "outcome.json"

    @property
    def weak_clusters(self) -> Path:
        """What a run that was asked for it tells of the clusters it found."""
        return self.path / "weak_clusters.json"

    @property
    def inputs(self) -> Path:
        """What a caller handed over: a request, frames."""
        return self.path / "inputs"

    @property
    def results(self) -> Path:
        """What is handed back to the caller."""
        return self.path / "results"

    def make(self) -> None:
        """Make the folder if it is not there."""
        self.path.mkdir(parents=True, exist_ok=True)

    def remove_frames(self) -> None:
        """Remove what was handed over and back; the log stays."""
        for folder in (self.inputs, self.results):
            shutil.rmtree(folder, ignore_errors=True)

    @staticmethod
    def write_json(path: Path, value: Any) -> None:
        """Write a small file that is there whole or not at all."""
        unfinished = path.with_name(f".{path.name}")
        unfinished.write_text(json.dumps(value), encoding="utf-8")
        unfinished.replace(path)

    @staticmethod
    def read_json(path: Path) -> Any:
        """What `write_json` wrote; None if nothing is there."""
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None

    def open_log(self) -> int:
        """A file descriptor that appends to the log; the caller closes it."""
        self.make()
        return os.open(self.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
