"""EVALUATION: how well a transform matches, measured on labels it has not learned from."""

from __future__ import annotations

import logging
import math
from typing import Any

from glueml_core.errors import InvalidInputException
from glueml_core.matching import Evaluation, TooFewLabelsError, evaluate_matcher
from glueml_core.tables.records import source_column
from glueml_core.tasks.inputs import (
    labels_frame,
    matching_options,
    read_source,
    records_with_labeled,
)
from glueml_core.tasks.task import Task

__all__ = ["metrics", "run"]

_log = logging.getLogger(__name__)


def run(task: Task) -> dict[str, Any]:
    """Measure, and keep the numbers on the transform."""
    _, records = read_source(task)
    labels = task.store.labels.current(task.transform.id)
    try:
        evaluation = evaluate_matcher(
            records_with_labeled(records, labels),
            labels_frame(labels),
            matching_options(task),
            task.span(0.05, 0.98),
        )
    except TooFewLabelsError as error:
        raise InvalidInputException(str(error)) from error

    found = metrics(evaluation)
    task.store.transforms.update(
        task.transform.id, evaluation_metrics=found, evaluation_detail=evaluation.to_dict()
    )
    _log.info("%s", evaluation.advice.reason)
    return {
        "evaluation_metrics": found,
        "intervals": evaluation.intervals,
        "label_count": len(labels),
    }


def metrics(evaluation: Evaluation) -> dict[str, Any]:
    """The API's EvaluationMetrics; a metric whose denominator is empty is left out."""
    confusion = evaluation.confusion
    measured = {
        "AreaUnderPRCurve": evaluation.area_under_pr_curve,
        "Precision": evaluation.precision,
        "Recall": evaluation.recall,
        "F1": evaluation.f1,
    }
    return {
        "TransformType": "FIND_MATCHES",
        "FindMatchesMetrics": {
            **{name: value for name, value in measured.items() if _is_number(value)},
            "ConfusionMatrix": {
                "NumTruePositives": confusion.true_positives,
                "NumFalsePositives": confusion.false_positives,
                "NumTrueNegatives": confusion.true_negatives,
                "NumFalseNegatives": confusion.false_negatives,
            },
            "ColumnImportances": [
                {"ColumnName": source_column(name), "Importance": importance}
                for name, importance in evaluation.column_importances
            ],
        },
    }


def _is_number(value: float | None) -> bool:
    return value is not None and not math.isnan(value)
