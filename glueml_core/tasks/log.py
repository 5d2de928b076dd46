"""The log of a task run, as a person reads it."""

from __future__ import annotations

import logging
import sys
import time

__all__ = ["log_to_stdout"]


def log_to_stdout() -> None:
    """Send this process's log to standard output, which is the run's log file."""
    handler = logging.StreamHandler(sys.stdout)
    formatter = logging.Formatter(
        "%(asctime)s.%(msecs)03dZ %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S"
    )
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger("glueml_core").setLevel(logging.INFO)
