"""`glueml evaluate`: how well a transform tells matches from non-matches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from glueml_core.cli.following import follow
from glueml_core.cli.session import Session, command_of_session

__all__ = ["command", "print_metrics"]


@click.command("evaluate")
@click.argument("transform")
@command_of_session
def command(session: Session, transform: str) -> None:
    """
    Measure TRANSFORM on labels it has not learned from.

    Every labeling set is judged by a matcher that has never seen it. Precision is the share of
    matches that are right, recall the share of right matches that were found among the labels.
    Of the clusters, the same is estimated over all pairs of records; labels are chosen for being
    hard, so that it differs.
    """
    transform_id = session.transform_id(transform)
    answer = session.glue.start_ml_evaluation_task_run(TransformId=transform_id)
    follow(session, answer["TaskRunId"], "Measuring")
    print_metrics(session, transform_id)


def print_metrics(session: Session, transform_id: str) -> None:
    """Show a transform's latest evaluation as a table."""
    found = session.glue.get_ml_transform(TransformId=transform_id)
    metrics = found["EvaluationMetrics"]["FindMatchesMetrics"]
    detail = session.core.store.transforms.get(transform_id).evaluation_detail or {}

    console = Console(highlight=False)
    console.print(_metrics_table(metrics, detail))
    console.print()
    console.print(_importances_table(metrics["ColumnImportances"]))


def _metrics_table(metrics: dict[str, Any], detail: Mapping[str, Any]) -> Table:
    table = Table("metric", "value", "95 % interval", box=None)
    intervals = detail.get("intervals", {})
    for name, member in METRICS.items():
        if member in metrics:
            table.add_row(name.replace("_", " "), *_cells(metrics[member], intervals.get(name)))
    for name, found in detail.get("clusters", {}).items():
        table.add_row(f"{name} of clusters", *_cells(found["value"], (found["low"], found["high"])))
    return table


def _cells(value: float, interval: tuple[float, float] | None) -> tuple[str, str]:
    if interval is None:
        return f"{value:.3f}", ""
    low, high = interval
    return f"{value:.3f}", f"{low:.3f} to {high:.3f}"


def _importances_table(importances: list[dict[str, Any]]) -> Table:
    table = Table("column", "importance", "", box=None)
    for column in importances:
        share = column["Importance"]
        table.add_row(column["ColumnName"], f"{share:.2f}", "█" * round(30 * share))
    return table


METRICS = {
    "area_under_pr_curve": "AreaUnderPRCurve",
    "precision": "Precision",
    "recall": "Recall",
    "f1": "F1",
}
