"""A task at work: its run, its transform, and all it needs from outside."""

from __future__ import annotations

from dataclasses import dataclass

from glueml_core.settings import Settings
from glueml_core.store import MLTransform, Store, TaskRun
from glueml_core.tasks.folder import RunFolder
from glueml_core.tasks.progress import ProgressReport, Span

__all__ = ["Task"]


@dataclass(frozen=True, kw_only=True)
class Task:
    """One attempt at a run, as its worker sees it."""

    run: TaskRun
    transform: MLTransform
    store: Store
    settings: Settings
    folder: RunFolder
    progress: ProgressReport

    @property
    def columns(self) -> list[str]:
        """The columns of the transform's schema, in the source's order."""
        return [column["Name"] for column in self.transform.schema]

    @property
    def primary_key(self) -> str:
        """The column whose value tells a record."""
        return self.transform.primary_key_column

    def span(self, start: float, end: float) -> Span:
        """The progress of a part of the work."""
        return Span(self.progress, start, end)
