"""Metadata: what a person looks at, in forms the UI draws."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg
from dagster._core.definitions.metadata.metadata_set import NamespacedMetadataSet

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "GlueMLMetadataSet",
    "column_schema",
    "evaluation_numbers",
    "importance_bars",
    "label_column_schema",
    "markdown_rows",
    "markdown_table",
    "records_table",
]

MAX_CELL = 60


class GlueMLMetadataSet(NamespacedMetadataSet):
    """Typed metadata under `glueml/…`, in the order of the page; the UI draws numbers over time."""

    precision: float | None = None
    recall: float | None = None
    f1: float | None = None
    area_under_pr_curve: float | None = None
    true_positives: int | None = None
    false_positives: int | None = None
    false_negatives: int | None = None
    true_negatives: int | None = None
    clusters: int | None = None
    largest_cluster: int | None = None
    duplicates: int | None = None
    matched_share: float | None = None
    label_count: int | None = None
    seconds: float | None = None
    transform_id: str | None = None
    task_run_id: str | None = None
    dagster_run_id: str | None = None

    @classmethod
    def namespace(cls) -> str:
        """The part before the slash."""
        return "glueml"


def evaluation_numbers(metrics: Mapping[str, Any]) -> dict[str, Any]:
    """The numbers of Glue's FindMatchesMetrics, as fields of `GlueMLMetadataSet`."""
    confusion = metrics.get("ConfusionMatrix", {})
    numbers = {
        "precision": metrics.get("Precision"),
        "recall": metrics.get("Recall"),
        "f1": metrics.get("F1"),
        "area_under_pr_curve": metrics.get("AreaUnderPRCurve"),
        "true_positives": confusion.get("NumTruePositives"),
        "false_positives": confusion.get("NumFalsePositives"),
        "false_negatives": confusion.get("NumFalseNegatives"),
        "true_negatives": confusion.get("NumTrueNegatives"),
    }
    return {name: number for name, number in numbers.items() if number is not None}


def importance_bars(importances: Sequence[Mapping[str, Any]], width: int = 20) -> str:
    """Glue's ColumnImportances as a Markdown table with bars, short enough to show inline."""
    lines = ["| column | importance | |", "|---|---|---|"]
    for column in importances[:12]:
        share = float(column["Importance"])
        lines.append(f"| {column['ColumnName']} | {share:.2f} | {'█' * round(share * width)} |")
    return "\n".join(lines)


def markdown_rows(header: Iterable[Any], rows: Iterable[Iterable[Any]]) -> str:
    """A Markdown table; long cells are cut."""
    names = list(header)
    return "\n".join([_row(names), _row(["---"] * len(names)), *map(_row, rows)])


def markdown_table(frame: pd.DataFrame, max_rows: int = 20) -> str:
    """The first rows of a frame as a Markdown table; long cells are cut."""
    return markdown_rows(frame.columns, frame.head(max_rows).itertuples(index=False))


def records_table(frame: pd.DataFrame, max_rows: int = 10) -> dg.TableMetadataValue:
    """The first rows of a frame as a table that the UI shows inline, every value as text."""
    shown = frame.head(max_rows)
    columns = [dg.TableColumn(str(name), "string") for name in shown.columns]
    rows = [
        dg.TableRecord({str(name): _cell(value) for name, value in row.items()})
        for row in shown.to_dict("records")
    ]
    return dg.MetadataValue.table(rows, schema=dg.TableSchema(columns))


def column_schema(
    columns: Sequence[Mapping[str, str]], primary_key: str, added: Mapping[str, str] | None = None
) -> dg.TableSchema:
    """
    Dagster's table schema of a transform's records.

    Args:
        columns: The transform's Schema: `Name` and `DataType` of each column.
        primary_key: Which column is unique and never null.
        added: Name and type of columns that matching adds; never null.
    """
    key = dg.TableColumnConstraints(nullable=False, unique=True)
    given = dg.TableColumnConstraints(nullable=False)
    behind = [dg.TableColumn(name, kind, constraints=given) for name, kind in (added or {}).items()]
    return dg.TableSchema([*_described(columns, primary_key, key), *behind])


def label_column_schema(columns: Sequence[Mapping[str, str]], primary_key: str) -> dg.TableSchema:
    """Dagster's table schema of a label file; `columns` and `primary_key` as in `column_schema`."""
    given = dg.TableColumnConstraints(nullable=False)
    front = [
        dg.TableColumn("labeling_set_id", "string", constraints=given),
        dg.TableColumn("label", "string", "The same in one set: the same thing."),
    ]
    return dg.TableSchema([*front, *_described(columns, primary_key, given)])


def _described(
    columns: Sequence[Mapping[str, str]], primary_key: str, key: dg.TableColumnConstraints
) -> list[dg.TableColumn]:
    return [
        dg.TableColumn(
            column["Name"],
            column["DataType"],
            constraints=key if column["Name"] == primary_key else None,
        )
        for column in columns
    ]


def _row(cells: Iterable[Any]) -> str:
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _cell(value: Any) -> str:
    text = "" if value is None or value != value else str(value)
    text = text.replace("|", "\\|").replace("\n", " ")
    return text if len(text) <= MAX_CELL else text[: MAX_CELL - 1] + "…"
