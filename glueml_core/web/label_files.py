"""Label files: handed in, and taken out, for who would rather use a spreadsheet."""

from __future__ import annotations

import io
from collections.abc import Iterable

from starlette.responses import JSONResponse, Response

from glueml_core.store import MLTransform
from glueml_core.tables.label_files import LabelRow, parse_label_file, write_label_rows
from glueml_core.tasks.export_labels import label_rows
from glueml_core.web.imports import import_content
from glueml_core.web.labeling import label_rows_of
from glueml_core.web.visit import Visit

__all__ = ["download_labels", "download_sets", "upload"]


def upload(visit: Visit) -> Response:
    """Start an import of the file, unless a look at it shows what is wrong, and in which line."""
    transform = visit.core.store.transforms.get(visit.transform_id)
    parse_label_file(visit.body, "you sent", _columns(transform), transform.primary_key_column)
    replace = visit.query.get("replace") == "true"
    import_content(visit.core, transform, visit.body, replace=replace)
    return JSONResponse({"next": f"/transforms/{transform.id}/learned"})


def download_sets(visit: Visit) -> Response:
    """The sets that wait, with the answers that are there."""
    transform = visit.core.store.transforms.get(visit.transform_id)
    sets = visit.core.store.labeling_queue.find(transform.id)
    rows = (row for queued in sets for row in label_rows_of(queued))
    return _csv(transform, rows, f"{transform.id}_labelset.csv")


def download_labels(visit: Visit) -> Response:
    """All labels that count."""
    transform = visit.core.store.transforms.get(visit.transform_id)
    labels = visit.core.store.labels.current(transform.id)
    rows = label_rows(labels, _columns(transform))
    return _csv(transform, rows, f"{transform.id}_labels.csv")


def _columns(transform: MLTransform) -> list[str]:
    return [column["Name"] for column in transform.schema]


def _csv(transform: MLTransform, rows: Iterable[LabelRow], name: str) -> Response:
    file = io.BytesIO()
    write_label_rows(file, _columns(transform), rows)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(file.getvalue(), media_type="text/csv", headers=headers)
