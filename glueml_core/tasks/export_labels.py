"""EXPORT_LABELS: all labels of a transform in one file, to be imported again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from glueml_core.errors import EntityNotFoundException
from glueml_core.store import CurrentLabel
from glueml_core.tables.label_files import LabelRow, write_label_file
from glueml_core.tables.locations import check_output_path
from glueml_core.tasks.task import Task

__all__ = ["label_rows", "run"]


def run(task: Task) -> dict[str, Any]:
    """Write the labels that count; the output names the file."""
    labels = task.store.labels.current(task.transform.id)
    if not labels:
        raise EntityNotFoundException.labels(task.settings.account_id, task.transform.id)

    folder = check_output_path(task.run.properties["OutputS3Path"], task.settings)
    target = folder.child(_file_name(task))
    task.progress(0.0, f"Writing {len(labels)} labels to {target.uri}")
    write_label_file(target, task.columns, label_rows(labels, task.columns))
    return {"uri": target.uri, "label_count": len(labels)}


def _file_name(task: Task) -> str:
    # As Glue names it; another attempt of this run writes the same file.
    moment = task.run.started_on.strftime("%Y-%m-%d_%H_%M_%S")
    number = UUID(hex=task.run.id.removeprefix("tsk-")[:32], version=4)
    return f"{task.transform.id}_labels_{moment}_{number}.csv"


def label_rows(labels: Sequence[CurrentLabel], columns: Sequence[str]) -> list[LabelRow]:
    """Labels as rows of a file that, imported again, says the same."""
    sets = defaultdict(set)
    for label in labels:
        sets[label.labeling_set_id].add(label.scoped_set_id)
    return [
        LabelRow(
            # Two files may have called different sets alike; in one file they must differ.
            label.scoped_set_id if len(sets[label.labeling_set_id]) > 1 else label.labeling_set_id,
            label.label,
            {name: label.row.get(name, "") for name in columns},
        )
        for label in labels
    ]
