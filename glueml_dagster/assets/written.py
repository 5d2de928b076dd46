"""Written files: what a task run left, read back and checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import dagster as dg

from glueml_dagster.assets.stage_run import StageRun
from glueml_dagster.metadata import label_column_schema, records_table
from glueml_dagster.records import newest_file, read_files, settings_of
from glueml_dagster.schema_checks import schema_check
from glueml_dagster.task_runs import TaskRun

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LabelTable", "read_label_table"]


@dataclass(frozen=True)
class LabelTable:
    """A label file as it was written, with the columns of the transform's schema."""

    uri: str
    rows: pd.DataFrame
    columns: Sequence[dict[str, str]]
    primary_key: str

    def metadata(self) -> dict[str, Any]:
        """What the UI shows of it."""
        front = ["labeling_set_id", "label", self.primary_key]
        return {
            "file": dg.MetadataValue.path(self.uri),
            "rows": records_table(self.rows[front]),
            "dagster/row_count": len(self.rows),
            "dagster/column_schema": label_column_schema(self.columns, self.primary_key),
        }

    def check(self, name: str, *, labeled: bool) -> dg.AssetCheckResult:
        """Whether it keeps the promises of a label file."""
        from glueml_core.user_tables import label_table

        names = [column["Name"] for column in self.columns]
        return schema_check(
            label_table(names, self.primary_key, labeled=labeled), self.rows, name=name
        )


def read_label_table(run: StageRun, task_run: TaskRun, folder: str, kind: str) -> LabelTable:
    """The label file that a task run wrote into a folder; `kind` is a part of its name."""
    columns = run.glue.get_ml_transform(TransformId=run.transform_id)["Schema"]
    settings = settings_of(run.glueml)
    uri = (
        str(run.output(task_run["TaskRunId"])["uri"])
        if run.core is not None
        else newest_file(folder, f"{run.transform_id}_{kind}_", settings)
    )
    names = ["labeling_set_id", "label", *(column["Name"] for column in columns)]
    return LabelTable(uri, read_files(uri, names, settings), columns, run.transform.primary_key)
