"""Listing: which files a table's location holds."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from glueml_core.errors import InvalidInputException
from glueml_core.tables import s3
from glueml_core.tables.locations import Location, file_etag

__all__ = ["is_hidden", "list_files", "list_versions"]


def list_files(location: Location) -> list[Location]:
    """The files of a table in the order of their names; see `list_versions`."""
    return list(list_versions(location))


def list_versions(location: Location) -> dict[Location, str]:
    """
    The files of a table in the order of their names, each with the etag of its present version:
    `location` itself, or all below it.

    Hidden files (`_SUCCESS`, `.part-0.crc`) and empty ones are no part of a table.

    Raises:
        InvalidInputException: Nothing is there, or nothing may be read.
    """
    try:
        found = _local_files(location) if location.bucket is None else _s3_objects(location)
        files = sorted(found)
    except (s3.S3AccessError, OSError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InvalidInputException(f"Cannot read {location.uri}. {reason}.") from error
    if not files:
        raise InvalidInputException(f"Cannot read {location.uri}. No data files are there.")

    folder = location.uri.rstrip("/")
    return {
        replace(location, path=path, uri=f"{folder}/{below}" if below else location.uri): etag
        for path, below, etag in files
    }


def _local_files(location: Location) -> Iterator[tuple[str, str, str]]:
    """Path of each file, its path below the location, and its etag."""
    if location.local.is_file():
        yield location.path, "", file_etag(location.local.stat())
        return
    if not location.local.exists():
        raise FileNotFoundError(None, "It does not exist")
    for folder, _, names in os.walk(location.path):
        for name in names:
            path = Path(folder) / name
            below = path.relative_to(location.path).as_posix()
            stat = path.stat()
            if not is_hidden(below) and stat.st_size > 0:
                yield str(path), below, file_etag(stat)


def _s3_objects(location: Location) -> Iterator[tuple[str, str, str]]:
    assert location.bucket is not None
    prefix = location.path.rstrip("/") + "/" if location.path else ""
    for key, size_bytes, etag in s3.list_objects(location.bucket, location.path, location.region):
        below = "" if key == location.path else key.removeprefix(prefix)
        belongs = key == location.path or key.startswith(prefix)
        if belongs and size_bytes > 0 and not is_hidden(below):
            yield key, below, etag


def is_hidden(below: str) -> bool:
    """Whether a path below a table's location is no part of the table."""
    return any(part.startswith(("_", ".")) for part in below.split("/"))
