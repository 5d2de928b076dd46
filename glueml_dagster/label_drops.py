"""Label drops: the labeled files that people put into a transform's folder."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import unquote, urlsplit

import dagster as dg

if TYPE_CHECKING:
    from glueml_core.api.core import Core

__all__ = [
    "LABEL_VERSION_TAG",
    "LabelFile",
    "Ledger",
    "find_label_file",
    "ledger_of",
    "list_label_files",
    "version_of",
]

LABEL_VERSION_TAG = "glueml/label_version"
"""The Dagster run's tag that names the version of the file it imports."""


@dataclass(frozen=True, order=True)
class LabelFile:
    """One version of one dropped file; they sort by when they came."""

    modified_on: datetime
    uri: str
    etag: str


class Ledger(Protocol):
    """Which versions of which files have been imported into one transform."""

    def __contains__(self, file: LabelFile) -> bool:
        """Whether that version has been imported."""


@dataclass(frozen=True)
class StoreLedger:
    """The store's own ledger, written in one transaction with the labels."""

    transform_id: str
    labels: Any

    def __contains__(self, file: LabelFile) -> bool:
        return bool(self.labels.is_imported(self.transform_id, file.uri, file.etag))


@dataclass(frozen=True)
class RunLedger:
    """What Dagster's runs say, where the store is out of reach: behind an endpoint or at AWS."""

    transform_id: str
    instance: dg.DagsterInstance

    def __contains__(self, file: LabelFile) -> bool:
        done = dg.RunsFilter(
            tags={LABEL_VERSION_TAG: version_of(self.transform_id, file)},
            statuses=[dg.DagsterRunStatus.SUCCESS],
        )
        return self.instance.get_runs_count(done) > 0


def ledger_of(core: Core | None, transform_id: str, instance: dg.DagsterInstance) -> Ledger:
    """The ledger to ask: the store's where it is embedded, else Dagster's runs."""
    if core is not None:
        return StoreLedger(transform_id, core.store.labels)
    return RunLedger(transform_id, instance)


def version_of(transform_id: str, file: LabelFile) -> str:
    """A name for one version of a file, the same in every tick and after every restart."""
    return hashlib.sha256(f"{transform_id}|{file.uri}|{file.etag}".encode()).hexdigest()


def list_label_files(folder: str, s3_client: Callable[[], Any]) -> list[LabelFile]:
    """
    Every file with content directly or deeper below a folder, in the order they came.

    Nothing is left out for being old: a file may be listed long after it was written.

    Args:
        folder: `s3://bucket/prefix`, `file:///path` or an absolute path.
        s3_client: Gives a client of S3; not called for a local folder.
    """
    parts = urlsplit(folder)
    found = (
        _s3_files(parts.netloc, parts.path.strip("/"), s3_client())
        if parts.scheme.startswith("s3")
        else _local_files(Path(unquote(parts.path)))
    )
    return sorted(found)


def find_label_file(uri: str, s3_client: Callable[[], Any]) -> LabelFile:
    """
    The version of one file that is there now; the arguments as for `list_label_files`.

    Raises:
        FileNotFoundError: There is none.
    """
    parts = urlsplit(uri)
    if not parts.scheme.startswith("s3"):
        return _local_file(Path(unquote(parts.path)))
    client = s3_client()
    try:
        found = client.head_object(Bucket=parts.netloc, Key=parts.path.lstrip("/"))
    except client.exceptions.ClientError as error:
        if error.response["Error"]["Code"] != "404":
            raise
        raise FileNotFoundError(f"There is no file at {uri}.") from error
    return LabelFile(found["LastModified"], uri, found["ETag"].strip('"'))


def _s3_files(bucket: str, prefix: str, s3_client: Any) -> list[LabelFile]:
    from dagster_aws.s3.sensor import get_objects

    # With the slash, so that `labels` does not find `labels-old/`.
    objects = get_objects(bucket, f"{prefix}/" if prefix else "", client=s3_client)
    return [
        LabelFile(found["LastModified"], f"s3://{bucket}/{found['Key']}", found["ETag"].strip('"'))
        for found in map(dict[str, Any], objects)
        if found["Size"] > 0 and not _is_hidden(found["Key"].removeprefix(prefix))
    ]


def _local_files(folder: Path) -> Iterator[LabelFile]:
    for directory, _, names in os.walk(folder):
        for path in (Path(directory) / name for name in names):
            # A file may go between the listing and the look at it.
            with suppress(FileNotFoundError):
                below = path.relative_to(folder).as_posix()
                if path.stat().st_size > 0 and not _is_hidden(below):
                    yield _local_file(path)


def _local_file(path: Path) -> LabelFile:
    from glueml_core.tables.locations import file_etag

    stat = path.stat()
    return LabelFile(datetime.fromtimestamp(stat.st_mtime, UTC), path.as_uri(), file_etag(stat))


def _is_hidden(below: str) -> bool:
    """Unfinished files of other programs, and markers, begin so."""
    return any(part.startswith((".", "_")) for part in below.split("/"))
