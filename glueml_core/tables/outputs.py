"""Outputs: files that appear whole, or not at all."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from glueml_core.errors import InvalidInputException
from glueml_core.tables import s3
from glueml_core.tables.locations import Location

__all__ = ["open_output"]


@contextmanager
def open_output(location: Location) -> Iterator[BinaryIO]:
    """
    A file to write; it appears at `location` when the block ends, and never if the block fails.

    Raises:
        InvalidInputException: The place cannot be written to.
    """
    opened = _local_output(location) if location.bucket is None else _s3_output(location)
    with opened as file:
        yield file


@contextmanager
def _s3_output(location: Location) -> Iterator[BinaryIO]:
    with tempfile.TemporaryFile() as file, _saying_where(location):
        yield cast("BinaryIO", file)
        file.seek(0)
        # An upload in parts shows nothing until its last step.
        s3.upload(file, location.bucket or "", location.path, location.region)


@contextmanager
def _local_output(location: Location) -> Iterator[BinaryIO]:
    path = location.local
    # Hidden, so that no reader of the folder takes it for a part of the table; in the same
    # folder, so that the last step is a rename.
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with _saying_where(location):
        path.parent.mkdir(parents=True, exist_ok=True)
        file = unfinished.open("xb")
    try:
        # What is written within fails here too: most of a file's bytes find the disk full.
        with _saying_where(location), file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        with _saying_where(location):
            unfinished.replace(path)
            _sync_folder(path.parent)
    finally:
        unfinished.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


@contextmanager
def _saying_where(location: Location) -> Iterator[None]:
    try:
        yield
    except (s3.S3AccessError, OSError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InvalidInputException(f"Cannot write to {location.uri}. {reason}.") from error
