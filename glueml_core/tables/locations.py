"""Locations: the places on `s3://` and `file://` that tables and label files may lie at."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

from glueml_core.errors import InvalidInputException
from glueml_core.settings import Settings
from glueml_core.tables import s3

__all__ = [
    "Location",
    "StoredObject",
    "check_output_path",
    "file_etag",
    "locate",
    "read_object",
    "stat_object",
]

_S3_URI = re.compile(r"s3[an]?://(?P<bucket>[^/]+)/?(?P<key>.*)", re.DOTALL)


class NotALocationError(ValueError):
    """The text is no URI of S3 and no absolute path."""


@dataclass(frozen=True)
class Location:
    """
    A place that this store may read or write.

    Args:
        uri: As the caller wrote it; the words of errors.
        bucket: Of S3; None for a local path.
        path: The key in the bucket, or an absolute local path with every link resolved.
        region: That S3 is asked in.
    """

    uri: str
    bucket: str | None
    path: str
    region: str

    @property
    def local(self) -> Path:
        """The local path; only where `bucket` is None."""
        return Path(self.path)

    @property
    def arrow_path(self) -> str:
        """As pyarrow's file systems take it: a key stands behind its bucket."""
        return self.path if self.bucket is None else f"{self.bucket}/{self.path}"

    def child(self, name: str) -> Location:
        """The object `name` directly under this folder."""
        path = f"{self.path.rstrip('/')}/{name}" if self.path else name
        return replace(self, uri=f"{self.uri.rstrip('/')}/{name}", path=path)


@dataclass(frozen=True)
class StoredObject:
    """One object's or file's size, its etag (changes with its content) and region (None: local)."""

    uri: str
    size_bytes: int
    etag: str
    region: str | None


def locate(uri: str, settings: Settings) -> Location:
    """
    Where `uri` points: `s3://bucket/key`, `file:///path` or an absolute path.

    Raises:
        ValueError: Not such a URI, or outside of the folders that files may be in; the message
            says which, for the caller to put into the API's own sentence.
    """
    if "\0" in uri:
        raise ValueError("A path cannot hold a NUL byte")
    if match := _S3_URI.fullmatch(uri):
        return Location(uri, match["bucket"], match["key"], settings.region)
    return Location(uri, None, str(_allowed_path(uri, settings)), settings.region)


def stat_object(uri: str, settings: Settings) -> StoredObject:
    """
    Look at one label file without reading it.

    Raises:
        InvalidInputException: No such file, no right to read it, nothing in it, or a bucket of
            another region than the transforms'.
    """
    try:
        location = locate(uri, settings)
    except NotALocationError as error:
        raise InvalidInputException("Invalid label file path.") from error
    except ValueError as error:
        raise _cannot_access(uri, str(error)) from error
    if location.path == "" or uri.endswith("/"):
        raise InvalidInputException("Invalid label file path.")

    stored = _stat_local(location) if location.bucket is None else _stat_s3(location, settings)
    if stored.size_bytes == 0:
        raise InvalidInputException("Invalid label file of size 0.")
    return stored


def file_etag(stat: os.stat_result) -> str:
    """What tells two versions of a local file apart, as an etag does on S3."""
    seen = f"{stat.st_ino} {stat.st_size} {stat.st_mtime_ns}"
    return hashlib.sha256(seen.encode()).hexdigest()[:32]


def read_object(uri: str, settings: Settings, etag: str | None = None) -> tuple[bytes, str]:
    """
    The content of one label file, and the etag of the version that was read.

    Args:
        uri: Where it is.
        settings: What may be read.
        etag: The only version that may be read, as `stat_object` gives it; None: any.

    Raises:
        InvalidInputException: As `stat_object`; or it is another version.
    """
    stat_object(uri, settings)
    location = locate(uri, settings)
    try:
        if location.bucket is not None:
            return s3.read_object(location.bucket, location.path, settings.region, etag)
        content, found = _read_local(location.local)
    except (s3.S3AccessError, OSError) as error:
        raise _cannot_access(uri, getattr(error, "strerror", None) or str(error)) from error
    if etag not in (None, found):
        raise _cannot_access(uri, s3.ANOTHER_VERSION)
    return content, found


def check_output_path(uri: str, settings: Settings) -> Location:
    """
    The folder `uri`, refused at once where nothing could be written later.

    Raises:
        InvalidInputException: Not a location, a file instead of a folder, no such bucket, or a
            bucket of another region than the transforms'.
    """
    try:
        location = locate(uri, settings)
    except ValueError as error:
        raise InvalidInputException(f"Cannot write to {uri}. {error}.") from error
    if location.bucket is None:
        if location.local.is_file():
            raise InvalidInputException(f"Cannot write to {uri}. It is a file, not a folder.")
        return location

    try:
        region = s3.bucket_region(location.bucket, settings.region)
    except s3.S3AccessError as error:
        raise InvalidInputException(f"Cannot write to {uri}. {error}.") from error
    _check_region(region, settings)
    return location


def _allowed_path(uri: str, settings: Settings) -> Path:
    path = _absolute_path(uri).resolve()
    chosen = settings.file_roots or (settings.store, Path.cwd())
    roots = (*chosen, settings.labeling_folder)
    if not any(path.is_relative_to(root.resolve()) for root in roots):
        raise ValueError("It is outside of the folders that files may be in (file_roots)")
    return path


def _absolute_path(uri: str) -> Path:
    if uri.startswith("/"):
        return Path(uri)
    parts = urlsplit(uri)
    if parts.scheme != "file" or parts.netloc not in ("", "localhost") or parts.path in ("", "/"):
        raise NotALocationError("It is neither s3://bucket/key nor file:///path")
    # `?` and `#` are ordinary characters in a file's name.
    return Path(unquote(uri.removeprefix("file://").removeprefix("localhost")))


def _read_local(path: Path) -> tuple[bytes, str]:
    """A file's content and etag, both of one version, whoever replaces it meanwhile."""
    with path.open("rb") as file:
        before = file_etag(os.fstat(file.fileno()))
        content = file.read()
        if file_etag(os.fstat(file.fileno())) != before:
            raise OSError(0, "It was written to while it was read")
    return content, before


def _stat_local(location: Location) -> StoredObject:
    try:
        stat = location.local.stat()
    except OSError as error:
        raise _cannot_access(location.uri, error.strerror or str(error)) from error
    if not location.local.is_file():
        raise _cannot_access(location.uri, "It is a folder, not a file")

    return StoredObject(location.uri, stat.st_size, file_etag(stat), None)


def _stat_s3(location: Location, settings: Settings) -> StoredObject:
    assert location.bucket is not None
    try:
        region = s3.bucket_region(location.bucket, settings.region)
        _check_region(region, settings)
        size_bytes, etag = s3.head_object(location.bucket, location.path, settings.region)
    except s3.S3AccessError as error:
        raise _cannot_access(location.uri, str(error)) from error
    return StoredObject(location.uri, size_bytes, etag, region or settings.region)


def _check_region(region: str | None, settings: Settings) -> None:
    # Other S3 servers than AWS's may have no regions to tell.
    if region and region != settings.region:
        raise InvalidInputException(
            "S3 path provided is not in the same region as transform. "
            f"Expecting region - {settings.region}, but got - {region}."
        )


def _cannot_access(uri: str, message: str) -> InvalidInputException:
    return InvalidInputException(f"Cannot access the label file at {uri}. {message}.")
