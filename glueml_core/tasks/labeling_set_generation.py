"""LABELING_SET_GENERATION: groups of similar records for people to label, in one file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
from pandera.typing import DataFrame

from glueml_core.matching import generate_labeling_sets
from glueml_core.schemas import LabelingSets, Records
from glueml_core.store import CurrentLabel
from glueml_core.tables.cells import cell_text
from glueml_core.tables.label_files import LabelRow, write_label_file
from glueml_core.tables.locations import check_output_path
from glueml_core.tasks.inputs import (
    labels_frame,
    matcher_of,
    matching_options,
    read_source,
    records_with_labeled,
)
from glueml_core.tasks.task import Task

__all__ = ["run"]


def run(task: Task) -> dict[str, Any]:
    """Choose the records whose labels teach most; the output names the file."""
    folder = check_output_path(task.run.properties["OutputS3Path"], task.settings)
    table, records = read_source(task)
    labels = task.store.labels.current(task.transform.id)
    sets = _renamed(task, _choose(task, records, labels))

    target = folder.child(_file_name(task))
    task.progress(0.98, f"Writing {len(sets)} records to {target.uri}")
    write_label_file(target, task.columns, _rows(table, records, labels, sets))
    by_set = sets.groupby("labeling_set_id", sort=False)["record_id"].agg(list)
    task.store.labels.add_generated(task.transform.id, task.run.id, dict(by_set))
    return {"uri": target.uri, "labeling_set_count": len(by_set), "record_count": len(sets)}


def _choose(
    task: Task, records: DataFrame[Records], labels: Sequence[CurrentLabel]
) -> DataFrame[LabelingSets]:
    generated = task.store.labels.generated(task.transform.id)
    rounds = {generated_set.task_run_id for generated_set in generated} - {task.run.id}
    options = matching_options(task)
    sets: DataFrame[LabelingSets] = generate_labeling_sets(
        records_with_labeled(records, labels),
        labels_frame(labels),
        matcher_of(task),
        # A second file, asked for before the first one is answered, is another one.
        replace(options, seed=options.seed + len(rounds)),
        task.span(0.05, 0.98),
    )
    return sets


def _renamed(task: Task, sets: DataFrame[LabelingSets]) -> DataFrame[LabelingSets]:
    """Ids that no other file has, and that another attempt of this run gives again."""
    start = task.run.id.removeprefix("tsk-")[:12]
    number = {set_id: n for n, set_id in enumerate(sets["labeling_set_id"].unique(), start=1)}
    ids = sets["labeling_set_id"].map(lambda set_id: f"{start}-{number[set_id]:02d}")
    return LabelingSets.validate(sets.assign(labeling_set_id=ids))


def _file_name(task: Task) -> str:
    moment = task.run.started_on.strftime("%Y-%m-%d_%H_%M_%S")
    return f"{task.transform.id}_labelset_{moment}_{task.run.id}.csv"


def _rows(
    table: pa.Table,
    records: DataFrame[Records],
    labels: Sequence[CurrentLabel],
    sets: DataFrame[LabelingSets],
) -> list[LabelRow]:
    """Rows to label; a labeled record that the table lacks has the cells of its label file."""
    cells = {label.record_id: label.row for label in labels}
    here = np.flatnonzero(records["record_id"].isin(sets["record_id"]))
    for record_id, row in zip(
        records["record_id"].iloc[here], table.take(here).to_pylist(), strict=True
    ):
        cells[record_id] = {name: cell_text(value) for name, value in row.items()}
    return [
        LabelRow(set_id, "", cells[record_id])
        for set_id, record_id in zip(sets["labeling_set_id"], sets["record_id"], strict=True)
    ]
