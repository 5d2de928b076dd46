"""Imports: what was given at a page, written as a label file and handed to the API."""

from __future__ import annotations

from collections.abc import Sequence
from secrets import token_hex

from glueml_core.api.core import Core
from glueml_core.api.labeling import start_import_labels_task_run
from glueml_core.store import MLTransform
from glueml_core.tables.label_files import LabelRow, write_label_file
from glueml_core.tables.locations import Location, locate
from glueml_core.tables.outputs import open_output

__all__ = ["import_content", "import_rows"]


def import_rows(core: Core, transform: MLTransform, rows: Sequence[LabelRow]) -> str:
    """Start an import of these rows beside the labels that are there; gives the run's id."""
    target = _new_file(core, transform)
    write_label_file(target, [column["Name"] for column in transform.schema], rows)
    return _start(core, transform, target, replace=False)


def import_content(core: Core, transform: MLTransform, content: bytes, *, replace: bool) -> str:
    """Start an import of a file as it was sent; gives the run's id."""
    target = _new_file(core, transform)
    with open_output(target) as file:
        file.write(content)
    return _start(core, transform, target, replace=replace)


def _new_file(core: Core, transform: MLTransform) -> Location:
    stamp = core.store.now().strftime("%Y-%m-%d_%H_%M_%S")
    folder = core.settings.labeling_folder / transform.id
    return locate(str(folder / f"{transform.id}_labels_{stamp}_{token_hex(4)}.csv"), core.settings)


def _start(core: Core, transform: MLTransform, target: Location, *, replace: bool) -> str:
    run = start_import_labels_task_run(
        core,
        transform_id=transform.id,
        input_s3_path=target.local.as_uri(),
        replace_all_labels=replace,
    )
    return run["TaskRunId"]
