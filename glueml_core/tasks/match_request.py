"""A match request: what a FIND_MATCHES run shall match, and where to put it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet

from glueml_core.tables.formats import FileFormat
from glueml_core.tasks.folder import RunFolder

__all__ = ["MatchRequest", "Output", "read_frame", "write_frame"]


@dataclass(frozen=True)
class Output:
    """
    The file that a run writes: every row and column of its source, and `match_id`; where that was
    added to a table matched before, below those of this table.

    Args:
        path: A folder, or a file if its name ends as its format does.
        file_format: Of the file; None: that of the source, or of the existing records for a file of
            new ones only.
        confidence_scores: Whether to add `match_confidence_score`.
        remove_duplicates: Whether to keep one record of each cluster.
        weak_clusters: Whether to tell, in the run's own folder, which clusters hold together worst,
            and why they do at all.
        new_records_only: Whether to write only the records of the source, when they are added to a
            table matched before.
    """

    path: str
    file_format: FileFormat | None = None
    confidence_scores: bool = False
    remove_duplicates: bool = False
    weak_clusters: bool = False
    new_records_only: bool = False


@dataclass(frozen=True, kw_only=True)
class MatchRequest:
    """
    What to match; the answer is a file, or frames for a caller who handed frames over.

    Args:
        source: Definition of the table to match, as in the Data Catalog; None: the frame `records`
            was handed over.
        existing: Definition of a table matched before, which the source is added to.
        is_incremental: Whether there is such a table, or the frame `existing` in its place.
        output: The file to write; None: the caller waits for `matches`.
    """

    source: Mapping[str, Any] | None = None
    existing: Mapping[str, Any] | None = None
    is_incremental: bool = False
    output: Output | None = None

    def save(self, inputs: Path) -> None:
        """Hand it over."""
        RunFolder.write_json(inputs / "request.json", asdict(self))

    @classmethod
    def load(cls, inputs: Path) -> MatchRequest:
        """What `save` handed over; FileNotFoundError where nothing was."""
        handed = RunFolder.read_json(inputs / "request.json")
        if handed is None:
            raise FileNotFoundError(f"No match request in {inputs}")
        output = handed.pop("output")
        return cls(**handed, output=output and Output(**output))


def write_frame(folder: Path, name: str, frame: pa.Table) -> None:
    """Hand a frame over: `records`, `existing` or `enforced` to a run, `matches` back."""
    folder.mkdir(parents=True, exist_ok=True)
    pa.parquet.write_table(frame, folder / f"{name}.parquet")


def read_frame(folder: Path, name: str) -> pa.Table | None:
    """A frame that was handed over; None where none was."""
    path = folder / f"{name}.parquet"
    return pa.parquet.read_table(path) if path.exists() else None
