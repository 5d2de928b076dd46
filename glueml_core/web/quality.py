"""Quality: what was measured, over the rounds, and what another tradeoff would mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from glueml_core.api.evaluation import start_ml_evaluation_task_run
from glueml_core.api.transforms import update_ml_transform
from glueml_core.errors import InvalidInputException
from glueml_core.store import MLTransform, TaskRun
from glueml_core.tradeoff import effectiveness, expected_best_threshold
from glueml_core.web.measured import measured
from glueml_core.web.rounds import latest_run, rounds_of
from glueml_core.web.visit import Visit

__all__ = ["change_tradeoff", "evaluate", "learned", "show_quality"]

STOPS = 101


def show_quality(visit: Visit) -> Response:
    """The latest evaluation in full."""
    store = visit.core.store
    transform = store.transforms.get(visit.transform_id)
    detail = measured(transform)
    return visit.page(
        "quality.html",
        transform=transform,
        here="/quality",
        detail=detail,
        latest=latest_run(store, transform.id, "EVALUATION"),
        rounds=rounds_of(store, transform.id),
        stops=[_point(detail["pr_curve"], n / (STOPS - 1)) for n in range(STOPS)] if detail else [],
    )


def learned(visit: Visit) -> Response:
    """What the latest labels brought."""
    store = visit.core.store
    transform = store.transforms.get(visit.transform_id)
    teaching = latest_run(store, transform.id, "IMPORT_LABELS")
    measuring = latest_run(store, transform.id, "EVALUATION")
    return visit.page(
        "learned.html",
        transform=transform,
        here="/label",
        teaching=teaching,
        measuring=measuring,
        not_ready=(teaching.output or {}).get("not_ready") if teaching else None,
        should_measure=_should_measure(transform, teaching, measuring),
        rounds=rounds_of(store, transform.id),
        advice=(measured(transform) or {}).get("advice"),
    )


def evaluate(visit: Visit) -> Response:
    """Start an evaluation."""
    start_ml_evaluation_task_run(visit.core, transform_id=visit.transform_id)
    return visit.go("/learned" if visit.fields.get("back") == "/learned" else "/quality")


def change_tradeoff(visit: Visit) -> Response:
    """Save where the dial stands; matches found from now on follow it."""
    transform = visit.core.store.transforms.get(visit.transform_id)
    try:
        tradeoff = float(visit.fields.get("tradeoff", ""))
    except ValueError as error:
        raise InvalidInputException("The tradeoff is a number from 0 to 1.") from error
    if not 0 <= tradeoff <= 1:
        raise InvalidInputException("The tradeoff is a number from 0 to 1.")

    parameters = {
        "TransformType": "FIND_MATCHES",
        "FindMatchesParameters": {
            "PrimaryKeyColumnName": transform.primary_key_column,
            "PrecisionRecallTradeoff": tradeoff,
        },
    }
    update_ml_transform(visit.core, transform_id=transform.id, parameters=parameters)
    return visit.go("/quality")


def _should_measure(
    transform: MLTransform, teaching: TaskRun | None, measuring: TaskRun | None
) -> bool:
    """Whether the latest labels have been learned and nobody has measured since, nor tried to."""
    if transform.status != "READY" or teaching is None or teaching.status != "SUCCEEDED":
        return False
    assert teaching.completed_on is not None
    return measuring is None or measuring.started_on < teaching.completed_on


def _point(curve: Sequence[Mapping[str, Any]], tradeoff: float) -> Mapping[str, Any]:
    """What a tradeoff would mean: its threshold, and the curve's point there."""
    best = max(effectiveness(at["precision"], at["recall"], tradeoff) for at in curve)
    threshold = expected_best_threshold(best, tradeoff)
    called = [at for at in curve if at["threshold"] >= threshold]
    # The curve falls from the highest threshold to the lowest.
    return {**(called[-1] if called else curve[0]), "threshold": threshold}
