"""The progress of a task run, as its worker tells it."""

from __future__ import annotations

import logging
import sys
import time
from dataclasses import dataclass, field

from glueml_core.store import Owner, Store

__all__ = ["ProgressReport", "Span"]

_EVERY_S = 0.5
# Before so much is done, in time and as a share, what is left is anybody's guess.
_MIN_ELAPSED_S, _MIN_SHARE = 5.0, 0.05
_log = logging.getLogger(__name__)


@dataclass
class ProgressReport:
    """
    Writes progress into the store, not more than twice a second, and each new text into the log.
    The store is also told about how long the rest will take, at the pace so far.

    It ends the process when the run is no longer its owner's.
    """

    store: Store
    run_id: str
    owner: Owner
    _text: str = field(default="", init=False)
    _written_at: float = field(default=0.0, init=False)
    _began_at: float = field(default_factory=time.monotonic, init=False)

    def __call__(self, share: float, text: str) -> None:
        """`share` of the work is done, in [0, 1]; `text` is what is being done now."""
        if text != self._text:
            _log.info("%3.0f %%  %s", 100 * share, text)
            self._text = text
        if time.monotonic() - self._written_at < _EVERY_S:
            return
        self._written_at = time.monotonic()
        if not self.store.task_runs.report(
            self.run_id, self.owner, progress=share, progress_text=text + self._left(share)
        ):
            sys.exit("Somebody else works on this run now.")

    def _left(self, share: float) -> str:
        elapsed_s = time.monotonic() - self._began_at
        if elapsed_s < _MIN_ELAPSED_S or not _MIN_SHARE <= share < 1:
            return ""
        left_s = elapsed_s * (1 - share) / share
        return (
            f", about {left_s:.0f} s left" if left_s < 90 else f", about {left_s / 60:.0f} min left"
        )


@dataclass(frozen=True)
class Span:
    """A part of a whole's progress: what goes from 0 to 1 here goes from `start` to `end` there."""

    whole: ProgressReport
    start: float
    end: float

    def __call__(self, share: float, text: str) -> None:
        """`share` of this part is done."""
        self.whole(self.start + share * (self.end - self.start), text)
