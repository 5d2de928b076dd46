"""The outcome of one attempt at a task run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from glueml_core.tasks.folder import RunFolder

__all__ = ["Outcome"]

# What a file brings along may end up in an error's text: a column's name, a cell.
MAX_REASON_CHARACTERS = 2_000


def _readable(reason: str) -> str:
    """A reason that can be shown, and that every database can keep."""
    text = reason.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
    return text if len(text) <= MAX_REASON_CHARACTERS else f"{text[:MAX_REASON_CHARACTERS]}…"


@dataclass(frozen=True)
class Outcome:
    """
    How an attempt ended.

    Args:
        status: The status that the run gets by it, unless it is tried again.
        error_string: Why it did not succeed.
        output: What it made: URIs, counts, metrics.
        may_retry: Whether another attempt could end otherwise; not if the caller made a mistake.
    """

    status: Literal["SUCCEEDED", "FAILED", "STOPPED", "TIMEOUT"]
    error_string: str | None = None
    output: Mapping[str, Any] | None = None
    may_retry: bool = False

    def save(self, folder: RunFolder) -> None:
        """Leave it for the supervisor; a reason of any length is cut to one that can be read."""
        reason = None if self.error_string is None else _readable(self.error_string)
        folder.write_json(folder.outcome, {**asdict(self), "error_string": reason})

    @classmethod
    def load(cls, folder: RunFolder, exit_code: int) -> Outcome:
        """What the worker left, or what its exit code says where it could leave nothing."""
        left = folder.read_json(folder.outcome)
        if left is not None:
            return cls(**left)
        how = f"was killed by signal {-exit_code}" if exit_code < 0 else f"exited with {exit_code}"
        return cls("FAILED", f"The process of the task run {how}.", may_retry=True)
