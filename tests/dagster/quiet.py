"""A Dagster instance on disk that keeps no logs of its own and tells nobody of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg

__all__ = ["quiet_instance"]

CONFIG = """
telemetry: {enabled: false}
compute_logs:
  module: dagster._core.storage.noop_compute_log_manager
  class: NoOpComputeLogManager
"""


@contextmanager
def quiet_instance(home: Path) -> Iterator[dg.DagsterInstance]:
    home.mkdir(exist_ok=True)
    (home / "dagster.yaml").write_text(CONFIG)
    with dg.DagsterInstance.from_config(str(home)) as instance:
        yield instance
