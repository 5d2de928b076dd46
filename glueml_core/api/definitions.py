"""Definitions that the catalog keeps as they were sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

__all__ = ["plain"]


def plain(value: Any) -> Any:
    """A request's value as JSON holds it: moments become seconds since 1970."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.timestamp() if isinstance(value, datetime) else value
