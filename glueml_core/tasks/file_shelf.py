"""A shelf on the disk: arrays and tables as files that are mapped into memory, not read."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

__all__ = ["FileShelf"]


@dataclass(frozen=True)
class FileShelf:
    """A folder with one file for each thing; what `put` has returned from is on the disk."""

    folder: Path

    @classmethod
    @contextmanager
    def new(cls, folder: Path) -> Iterator[Self]:
        """An empty shelf in a folder that is made for it, and gone if the block fails."""
        folder.mkdir()
        try:
            yield cls(folder)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def put(self, name: str, array: NDArray[Any]) -> None:
        """Keep an array."""
        with _durable(self.folder / f"{name}.npy") as file:
            np.save(file, array, allow_pickle=False)

    def get(self, name: str) -> NDArray[Any]:
        """
        The array of that name.

        Raises:
            OSError: It is not there.
            ValueError: It is not whole.
        """
        path = self.folder / f"{name}.npy"
        try:
            return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
        except EOFError as error:
            raise ValueError(f"{path} is empty.") from error

    def put_table(self, name: str, table: pa.Table) -> None:
        """Keep a table, in one piece."""
        with (
            _durable(self.folder / f"{name}.arrow") as file,
            pa.ipc.new_file(file, table.schema) as writer,
        ):
            writer.write_table(table.combine_chunks())

    def get_table(self, name: str) -> pa.Table:
        """
        The table of that name.

        Raises:
            OSError: It is not there.
            ValueError: It is not whole.
        """
        return pa.ipc.open_file(pa.memory_map(str(self.folder / f"{name}.arrow"))).read_all()


@contextmanager
def _durable(path: Path) -> Iterator[BinaryIO]:
    with path.open("xb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())
