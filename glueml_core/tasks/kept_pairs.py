"""Compared pairs on the disk, so that the next task run need not compare them anew."""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import platform
import secrets
import shutil
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np

from glueml_core import matching
from glueml_core.matching.blocking import RowPairs
from glueml_core.matching.compared_pairs import ComparedPairs
from glueml_core.settings import Settings
from glueml_core.tasks.file_shelf import FileShelf
from glueml_core.tasks.folder import COMPARED_PAIRS, RunFolder

__all__ = ["KeptPairs"]

_ARRAYS = ("left", "right", "is_near", "values")
_CHECKSUMS = "checksums.json"
_UNFINISHED = ".unfinished-"
_LIBRARIES = ("duckdb", "numpy", "pandas", "pyarrow", "rapidfuzz", "scipy", "sparse-dot-topn")
_MIB = 2**20
_PATIENCE_S, _POLL_S = 10.0, 0.1
_log = logging.getLogger(__name__)


def _what_compares() -> str:
    """A hash of the code that compares, and of the libraries that it stands on."""
    libraries = [f"{name} {version(name)}" for name in _LIBRARIES]
    digest = hashlib.sha256(f"{platform.python_version()} {libraries}".encode())
    for path in sorted(Path(matching.__path__[0]).rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


# When the code is loaded: a process that goes on through an upgrade has the old code.
_MADE_BY = _what_compares()


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
        if not self.limit_mib or not path.exists():
            return None
        try:
            compared = _read(path)
            # Its time tells when it was last used.
            os.utime(path)
        except (OSError, ValueError, LookupError, TypeError) as error:
            _log.warning("Pairs kept in %s cannot be read; comparing anew: %s", path, error)
            shutil.rmtree(path, ignore_errors=True)
            return None
        count = f"{len(compared.pairs):,}"
        _log.info("These records were compared before: %s candidate pairs", count)
        return compared

    def keep(self, key: str, compared: ComparedPairs) -> None:
        """Keep pairs, if they are within the limit and the disk has room."""
        if not self.limit_mib:
            shutil.rmtree(self.folder, ignore_errors=True)
            return
        size = sum(array.nbytes for array in _arrays(compared))
        try:
            with self._alone():
                if not self._path(key).exists() and self._has_room(size):
                    unfinished = f"{_UNFINISHED}{secrets.token_hex(8)}"
                    with FileShelf.new(self._path(key).with_name(unfinished)) as shelf:
                        _write(shelf, compared)
                        shelf.folder.replace(self._path(key))
        except OSError as error:
            _log.warning("Pairs cannot be kept, the next run compares them anew: %s", error)

    def _path(self, key: str) -> Path:
        name = hashlib.sha256(f"{_MADE_BY} {key}".encode()).hexdigest()[:32]
        return self.folder / self.transform_id / name

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """
        Keep all other processes of this machine from keeping pairs.

        Raises:
            BlockingIOError: Somebody has kept this one from it for long.
        """
        (self.folder / self.transform_id).mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as lock:
            give_up = time.monotonic() + _PATIENCE_S
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > give_up:
                        raise
                    time.sleep(_POLL_S)
            yield

    def _has_room(self, size: int) -> bool:
        """
        Whether so much more is within the limit once what was used longest ago has made room.

        The disk is the database's, too: it is never more than what stays free.
        """
        kept = []
        for path in self.folder.glob("*/*/"):
            if path.name.startswith(_UNFINISHED):
                # Left by a process that died.
                shutil.rmtree(path, ignore_errors=True)
            else:
                kept.append((path.stat().st_mtime, _size(path), path))
        total = sum(taken for _, taken, _ in kept)
        room = (shutil.disk_usage(self.folder).free + total) // 2
        limit = min(self.limit_mib * _MIB, room)
        fits = size <= limit
        for _, taken, path in sorted(kept):
            if total <= limit - size * fits:
                break
            shutil.rmtree(path, ignore_errors=True)
            total -= taken
        return fits


def _arrays(compared: ComparedPairs) -> tuple[np.ndarray, ...]:
    pairs = compared.pairs
    return pairs.left, pairs.right, pairs.is_near, compared.values


def _write(shelf: FileShelf, compared: ComparedPairs) -> None:
    for name, array in zip(_ARRAYS, _arrays(compared), strict=True):
        shelf.put(name, array)
    checksums = {name: _checksum(shelf.folder, name) for name in _ARRAYS}
    RunFolder.write_json(shelf.folder / _CHECKSUMS, checksums)


def _read(folder: Path) -> ComparedPairs:
    """
    What is kept in a folder, in memory: what is mapped from a file cannot be changed.

    Raises:
        OSError, ValueError, LookupError, TypeError: It is not what was written.
    """
    checksums = RunFolder.read_json(folder / _CHECKSUMS)
    for name in _ARRAYS:
        if _checksum(folder, name) != checksums[name]:
            raise ValueError(f"{name} has changed.")
    shelf = FileShelf(folder)
    left, right, near, values = (np.array(shelf.get(name)) for name in _ARRAYS)
    return ComparedPairs(RowPairs(left, right, near), values)


def _checksum(folder: Path, name: str) -> int:
    checksum = 0
    with (folder / f"{name}.npy").open("rb") as file:
        while block := file.read(_MIB):
            checksum = zlib.crc32(block, checksum)
    return checksum


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())
