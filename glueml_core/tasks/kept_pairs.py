"""Compared pairs on the disk, so that the next task run need not compare them anew."""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from glueml_core import matching
from glueml_core.matching.blocking import RowPairs
from glueml_core.matching.compared_pairs import ComparedPairs
from glueml_core.settings import Settings
from glueml_core.tasks.file_shelf import FileShelf
from glueml_core.tasks.folder import COMPARED_PAIRS

__all__ = ["KeptPairs"]

_UNFINISHED = ".unfinished-"
_MIB = 2**20
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class KeptPairs:
    """
    `<store>/compared_pairs/<transform id>/<hash of what the pairs rest on>`.

    Whoever removes any of it loses the time that comparing takes, and nothing else.

    Args:
        folder: Of all transforms.
        transform_id: Whose pairs are kept, to go with it.
        limit_mib: What all of it may take; what was used longest ago makes room.
    """

    folder: Path
    transform_id: str
    limit_mib: int

    @classmethod
    def of(cls, settings: Settings, transform_id: str) -> KeptPairs:
        """As the settings say."""
        return cls(settings.store / COMPARED_PAIRS, transform_id, settings.kept_pairs_mib)

    def find(self, key: str) -> ComparedPairs | None:
        """The pairs under that key, None if they are not kept."""
        path = self._path(key)
        shelf = FileShelf(path)
        try:
            # In memory, for what is mapped from a file cannot be changed.
            left, right, near, values = (
                np.array(shelf.get(name)) for name in ("left", "right", "is_near", "values")
            )
            # Its time tells when it was last used.
            os.utime(path)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            _log.warning("Pairs kept in %s cannot be read; comparing anew: %s", path, error)
            shutil.rmtree(path, ignore_errors=True)
            return None
        _log.info("These records were compared before: %s candidate pairs", f"{len(left):,}")
        return ComparedPairs(RowPairs(left, right, near), values)

    def keep(self, key: str, compared: ComparedPairs) -> None:
        """Keep pairs, if they are within the limit and the disk has room."""
        pairs = compared.pairs
        arrays = {
            "left": pairs.left,
            "right": pairs.right,
            "is_near": pairs.is_near,
            "values": compared.values,
        }
        size = sum(array.nbytes for array in arrays.values())
        if size > self.limit_mib * _MIB:
            return
        path = self._path(key)
        try:
            with self._alone():
                if path.exists():
                    return
                self._shrink_to(self.limit_mib * _MIB - size)
                # The disk is the database's, too.
                if size > shutil.disk_usage(self.folder).free / 2:
                    _log.info("The disk has too little room to keep compared pairs")
                    return
                with self._unfinished() as shelf:
                    for name, array in arrays.items():
                        shelf.put(name, array)
                    shelf.folder.replace(path)
        except OSError as error:
            _log.warning("Pairs cannot be kept, the next run compares them anew: %s", error)

    def _path(self, key: str) -> Path:
        made_by = hashlib.sha256(f"{_code()} {key}".encode()).hexdigest()[:32]
        return self.folder / self.transform_id / made_by

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Wait until no other process of this machine keeps pairs, and keep all others waiting."""
        (self.folder / self.transform_id).mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _shrink_to(self, size: int) -> None:
        """Remove what a process that died has left, and then what was used longest ago."""
        kept = []
        for path in self.folder.glob("*/*"):
            if path.name.startswith(_UNFINISHED):
                shutil.rmtree(path, ignore_errors=True)
            else:
                kept.append((path.stat().st_mtime, _size(path), path))
        total = sum(taken for _, taken, _ in kept)
        for _, taken, path in sorted(kept):
            if total <= size:
                break
            shutil.rmtree(path, ignore_errors=True)
            total -= taken

    @contextmanager
    def _unfinished(self) -> Iterator[FileShelf]:
        """A shelf that is gone if the block fails."""
        path = self.folder / self.transform_id / f"{_UNFINISHED}{secrets.token_hex(8)}"
        path.mkdir()
        try:
            yield FileShelf(path)
        except BaseException:
            shutil.rmtree(path, ignore_errors=True)
            raise


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())


@cache
def _code() -> str:
    """What compares: with another release, or another line of code, pairs are compared anew."""
    digest = hashlib.sha256()
    for path in sorted(Path(matching.__path__[0]).rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
