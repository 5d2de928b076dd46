"""Waiting for what other processes do."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

__all__ = ["PATIENCE_S", "wait_for"]

PATIENCE_S = 240


def wait_for(condition: Callable[[], Any], pause_s: float = 0.02) -> Any:
    """What `condition` says as soon as it says something; a failure where it never does."""
    deadline = time.monotonic() + PATIENCE_S
    while not (found := condition()):
        assert time.monotonic() < deadline, "It never happened."
        time.sleep(pause_s)
    return found
