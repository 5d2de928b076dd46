"""Overviews: all transforms, and what there is to do on one."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from glueml_core.errors import EntityNotFoundException
from glueml_core.store import TransformFilter
from glueml_core.web.measured import measured
from glueml_core.web.visit import Visit

__all__ = ["home", "list_transforms", "nowhere", "show_transform"]

MOST_RUNS = 5


def home(visit: Visit) -> Response:
    """The way in."""
    return RedirectResponse("/transforms", 303)


def nowhere(_visit: Visit) -> Response:
    """What any other address shows."""
    raise EntityNotFoundException("There is no such page.")


def list_transforms(visit: Visit) -> Response:
    """Every transform with its state."""
    found = visit.core.store.transforms.find(TransformFilter(), sort="NAME")
    return visit.page("transforms.html", transforms=found.rows)


def show_transform(visit: Visit) -> Response:
    """One transform: where it stands, and the next thing to do."""
    store = visit.core.store
    transform = store.transforms.get(visit.transform_id)
    return visit.page(
        "transform.html",
        transform=transform,
        detail=measured(transform),
        here="",
        waiting=[q for q in store.labeling_queue.find(transform.id) if q.status == "OPEN"],
        answered=[q for q in store.labeling_queue.find(transform.id) if q.status == "ANSWERED"],
        runs=store.task_runs.find(transform.id, limit=MOST_RUNS).rows,
        label_limit_mb=visit.core.settings.max_label_file_mb,
    )
