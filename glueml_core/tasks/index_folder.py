"""The folder of one matched table's index: which segments count, and what they were made from."""

from __future__ import annotations

import fcntl
import hashlib
import json
import logging
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from glueml_core.matching import Matcher, MatchingOptions
from glueml_core.matching.index import MatchedIndex
from glueml_core.tasks.file_shelf import FileShelf
from glueml_core.tasks.folder import INDEXES, RunFolder
from glueml_core.tasks.task import Task

__all__ = ["IndexFolder", "Opened"]

# Of how cells are hashed as much as of the files.
_FORMAT = 1
# Tables of a transform whose indexes are kept; every match of all records makes another table.
_KEPT = 3
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Opened:
    """
    An index as it is kept.

    Args:
        index: The index.
        segments: Names of its segments' folders.
        files: Files of the table that it knows, by path, each with its etag.
    """

    index: MatchedIndex
    segments: tuple[str, ...]
    files: Mapping[str, str]


@dataclass(frozen=True)
class IndexFolder:
    """
    `<store>/indexes/<transform id>/<hash of the table's location>`.

    A segment counts from the moment that the list of segments names it; whatever else is in the
    folder was left by somebody who died, and is removed by the next who writes.

    Args:
        path: The folder.
        made_for: What an index depends on beside the table; one made for anything else is not read.
    """

    path: Path
    made_for: str

    @classmethod
    def of(cls, task: Task, path: str, matcher: Matcher, options: MatchingOptions) -> IndexFolder:
        """
        The folder for a matched table.

        Args:
            task: Of the transform that matched it.
            path: Where the table is.
            matcher: What is to place new records.
            options: How it is to trade cost for accuracy.
        """
        name = hashlib.sha256(path.rstrip("/").encode()).hexdigest()[:32]
        known_by = [task.primary_key, *task.columns]
        depends = [_FORMAT, known_by, options.accuracy_cost_tradeoff, matcher.to_json()]
        made_for = hashlib.sha256(json.dumps(depends).encode()).hexdigest()
        return cls(task.settings.store / INDEXES / task.transform.id / name, made_for)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Wait until no other process of this machine is within, and keep all others out."""
        self.path.mkdir(parents=True, exist_ok=True)
        path = self.path / "lock"
        # Its time tells when the index was last used.
        path.touch()
        with path.open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def open(self, files: Mapping[str, str], options: MatchingOptions) -> Opened | None:
        """
        The index, if it knows no file in another version than these; it need not know them all.

        None where there is none, or one that cannot be relied on.
        """
        if not self._list_path.exists():
            return None
        try:
            kept = json.loads(self._list_path.read_text(encoding="utf-8"))
            known: dict[str, str] = kept["files"]
            if kept["made_for"] != self.made_for or not known.items() <= files.items():
                return None
            shelves = [FileShelf(self.path / name) for name in kept["segments"]]
            return Opened(MatchedIndex.on(shelves, options), tuple(kept["segments"]), known)
        except (OSError, ValueError, LookupError, TypeError) as error:
            _log.warning("The index in %s cannot be read and is made anew: %s", self.path, error)
            return None

    def new_shelf(self) -> AbstractContextManager[FileShelf]:
        """An empty shelf for a segment, gone if the block fails."""
        return FileShelf.new(self.path / secrets.token_hex(8))

    def keep(self, segments: tuple[str, ...], files: Mapping[str, str]) -> None:
        """From now on these segments count, made from these files, and no others."""
        kept = {"made_for": self.made_for, "segments": segments, "files": dict(files)}
        RunFolder.write_json(self._list_path, kept)
        self._remove_all_but(segments)

    def remove_unused(self) -> None:
        """Empty the transform's other folders, but for those last used and those in use."""
        locks = sorted(self.path.parent.glob("*/lock"), key=lambda lock: lock.stat().st_mtime)
        for lock in locks[:-_KEPT]:
            with lock.open() as opened, suppress(BlockingIOError):
                fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
                replace(self, path=lock.parent).clear()

    def clear(self) -> None:
        """Remove the index."""
        self._list_path.unlink(missing_ok=True)
        self._remove_all_but(())

    @property
    def _list_path(self) -> Path:
        return self.path / "index.json"

    def _remove_all_but(self, segments: tuple[str, ...]) -> None:
        for path in self.path.iterdir():
            if path.is_dir() and path.name not in segments:
                shutil.rmtree(path, ignore_errors=True)
