"""Labeling of a transform: sets to label, labels in, labels out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glueml_core.api.task_runs import start_task_run
from glueml_core.errors import EntityNotFoundException, ResourceNumberLimitExceededException
from glueml_core.store import TaskRunQuota
from glueml_core.tables.locations import check_output_path, stat_object

if TYPE_CHECKING:
    from collections.abc import Mapping

    from glueml_core.api.core import Core

__all__ = [
    "start_export_labels_task_run",
    "start_import_labels_task_run",
    "start_import_of_version",
    "start_ml_labeling_set_generation_task_run",
]

_MB = 1024 * 1024


def start_ml_labeling_set_generation_task_run(
    core: Core, *, transform_id: str, output_s3_path: str
) -> dict[str, str]:
    """Queue the making of a file of records for a person to label."""
    _check_living(core, transform_id)
    check_output_path(output_s3_path, core.settings)

    quota = TaskRunQuota(per_transform=core.settings.max_task_runs_per_transform)
    properties = {"OutputS3Path": output_s3_path}
    return start_task_run(core, transform_id, "LABELING_SET_GENERATION", properties, quota)


def start_import_labels_task_run(
    core: Core, *, transform_id: str, input_s3_path: str, replace_all_labels: bool = False
) -> dict[str, str]:
    """Queue the reading of a labeled file, and the learning from it."""
    return _start_import(core, transform_id, input_s3_path, replace_all_labels, {})


def start_import_of_version(
    core: Core, transform_id: str, input_s3_path: str, etag: str, *, replace_all_labels: bool
) -> dict[str, str]:
    """
    As `start_import_labels_task_run`, of one version of the file and no other.

    The API has no place for an etag. If another version is there by the time of reading, the run
    fails and nothing is imported; a version that has been imported is not imported again, unless
    it is to replace all labels.
    """
    return _start_import(core, transform_id, input_s3_path, replace_all_labels, {"etag": etag})


def _start_import(
    core: Core,
    transform_id: str,
    input_s3_path: str,
    replace_all_labels: bool,
    details: Mapping[str, str],
) -> dict[str, str]:
    _check_living(core, transform_id)
    stored = stat_object(input_s3_path, core.settings)
    if stored.size_bytes > core.settings.max_label_file_mb * _MB:
        raise ResourceNumberLimitExceededException(
            f"Label file has exceeded the limit of {core.settings.max_label_file_mb} MB."
        )

    properties = {"InputS3Path": input_s3_path, "Replace": replace_all_labels}
    return start_task_run(core, transform_id, "IMPORT_LABELS", properties, details=details)


def start_export_labels_task_run(
    core: Core, *, transform_id: str, output_s3_path: str
) -> dict[str, str]:
    """Queue the writing of all labels of a transform to a file."""
    _check_living(core, transform_id)
    if core.store.transforms.get(transform_id).label_count == 0:
        raise EntityNotFoundException.labels(core.settings.account_id, transform_id)
    check_output_path(output_s3_path, core.settings)

    properties = {"OutputS3Path": output_s3_path}
    return start_task_run(core, transform_id, "EXPORT_LABELS", properties)


def _check_living(core: Core, transform_id: str) -> None:
    if core.store.transforms.get(transform_id).status == "DELETING":
        raise EntityNotFoundException.transform(core.settings.account_id, transform_id)
