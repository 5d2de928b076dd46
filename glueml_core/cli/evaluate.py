"""`glueml evaluate`: how well a transform tells matches from non-matches."""

from __future__ import annotations

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
    console.print(_metrics_table(metrics, detail.get("intervals", {})))
    console.print()
    console.print(_importances_table(metrics["ColumnImportances"]))


def _metrics_table(metrics: dict[str, Any], intervals: dict[str, tuple[float, float]]) -> Table:
    table = Table("metric", "value", "95 % interval", box=None)
    for name, member in METRICS.items():
        if member not in metrics:
            continue
        low, high = intervals.get(name, (None, None))
        interval = f"{low:.3f} to {high:.3f}" if low is not None and high is not None else ""
        table.add_row(name.replace("_", " "), f"{metrics[member]:.3f}", interval)
    return table


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
