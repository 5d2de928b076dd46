"""Labeling: one set at a time, from the queue to the import of its answers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from starlette.responses import JSONResponse, RedirectResponse, Response

from glueml_core.api.core import Core
from glueml_core.api.labeling import start_ml_labeling_set_generation_task_run
from glueml_core.errors import InvalidInputException
from glueml_core.store import MLTransform, QueuedSet
from glueml_core.store.labeling_queue import LEASE
from glueml_core.tables.label_files import LabelRow
from glueml_core.tables.labeling_set_files import read_labeling_sets
from glueml_core.tables.locations import read_object
from glueml_core.web.imports import import_rows
from glueml_core.web.rendering import segment
from glueml_core.web.rounds import latest_run
from glueml_core.web.visit import Visit

__all__ = ["generate", "label_rows_of", "lease", "next_set", "save", "show_set", "teach"]

UNSURE = "?"
_ANSWER = re.compile(r"[A-Z]{0,2}|\?")


def next_set(visit: Visit) -> Response:
    """On to the set that this person is at, or to what there is to do when none is left."""
    transform = visit.core.store.transforms.get(visit.transform_id)
    queue = visit.core.store.labeling_queue
    queue.take_back_failed(transform.id)
    unreadable = _fill_queue(visit.core, transform)
    queued = queue.lease_next(transform.id, visit.person.session_id)
    if queued is not None:
        return _to_set(queued)

    sets = queue.find(transform.id)
    return visit.page(
        "labeling_idle.html",
        transform=transform,
        here="/label",
        answered=[q for q in sets if q.status == "ANSWERED"],
        elsewhere=[q for q in sets if q.status == "OPEN"],
        generation=latest_run(visit.core.store, transform.id, "LABELING_SET_GENERATION"),
        unreadable=unreadable,
    )


def show_set(visit: Visit) -> Response:
    """One set, dealt out; the model's opinion is not on the table."""
    transform = visit.core.store.transforms.get(visit.transform_id)
    queue = visit.core.store.labeling_queue
    queued = queue.lease(transform.id, visit.path["labeling_set_id"], visit.person.session_id)
    columns = [column["Name"] for column in transform.schema]
    filled = [name for name in columns if any(row.get(name) for row in queued.rows)]
    sets = queue.find(transform.id)
    ids = [q.labeling_set_id for q in sets]
    number = ids.index(queued.labeling_set_id) if queued.labeling_set_id in ids else len(ids)
    return visit.page(
        "label.html",
        transform=transform,
        here="/label",
        set=queued,
        columns=filled,
        key=transform.primary_key_column,
        rows=[[(name, row.get(name) or "") for name in filled] for row in queued.rows],
        hidden_columns=[name for name in columns if name not in filled],
        number=number + 1,
        total=max(len(sets), number + 1),
        segments=[
            "current" if q.labeling_set_id == queued.labeling_set_id else q.status.lower()
            for q in sets
        ],
        previous=_previous(sets, number, visit.person.session_id),
        lease_s=round(LEASE.total_seconds()),
    )


def save(visit: Visit) -> Response:
    """Keep the answers so far; when they are done, say where to go next."""
    answers = visit.fields.get("answers")
    queue = visit.core.store.labeling_queue
    queued = queue.get(visit.transform_id, visit.path["labeling_set_id"])
    is_done = visit.fields.get("done") is True
    _check_answers(answers, len(queued.rows), is_done=is_done)
    saved = queue.save(
        visit.transform_id,
        queued.labeling_set_id,
        visit.person.session_id,
        version=visit.number(visit.fields.get("version")),
        answers=answers or [],
        is_done=is_done,
    )
    next_url = f"/transforms/{visit.transform_id}/label" if is_done else None
    return JSONResponse({"version": saved.version, "next": next_url})


def lease(visit: Visit) -> Response:
    """Hold the set a while longer: somebody is still at it."""
    queue = visit.core.store.labeling_queue
    queue.lease(visit.transform_id, visit.path["labeling_set_id"], visit.person.session_id)
    return JSONResponse({})


def generate(visit: Visit) -> Response:
    """Have new sets made, for this page."""
    folder = visit.core.settings.labeling_folder / visit.transform_id
    start_ml_labeling_set_generation_task_run(
        visit.core, transform_id=visit.transform_id, output_s3_path=folder.as_uri()
    )
    return visit.go("/label")


def teach(visit: Visit) -> Response:
    """Import the answers of all sets that are done, as a label file like any other."""
    transform = visit.core.store.transforms.get(visit.transform_id)
    queue = visit.core.store.labeling_queue
    sets = [q for q in queue.find(transform.id) if q.status == "ANSWERED"]
    rows = [row for queued in sets for row in label_rows_of(queued)]
    if not any(row.label for row in rows):
        raise InvalidInputException("None of the answers tells two rows apart or together.")

    run_id = import_rows(visit.core, transform, rows)
    queue.mark_sent(sets, run_id)
    return visit.go("/learned")


def _fill_queue(core: Core, transform: MLTransform) -> list[str]:
    """Queue the sets of every generated file; says which files could not be read."""
    unreadable = []
    for run_id in core.store.labeling_queue.unqueued_runs(transform.id):
        run = core.store.task_runs.get(run_id)
        uri = (run.output or {}).get("uri") if run else None
        if uri is None:
            continue
        try:
            content, _ = read_object(uri, core.settings)
            core.store.labeling_queue.add(transform.id, read_labeling_sets(content))
        except InvalidInputException as error:
            unreadable.append(str(error))
    return unreadable


def _to_set(queued: QueuedSet) -> Response:
    url = f"/transforms/{queued.transform_id}/label/{segment(queued.labeling_set_id)}"
    return RedirectResponse(url, 303)


def _previous(sets: Sequence[QueuedSet], number: int, person: str) -> QueuedSet | None:
    """The set before this one that the same person has answered."""
    mine = [q for q in sets[:number] if q.status == "ANSWERED" and q.person == person]
    return mine[-1] if mine else None


def _check_answers(answers: object, row_count: int, *, is_done: bool) -> None:
    if not isinstance(answers, list) or len(answers) != row_count:
        raise InvalidInputException(f"A set of {row_count} rows needs {row_count} answers.")
    if not all(isinstance(a, str) and _ANSWER.fullmatch(a) for a in answers):
        raise InvalidInputException("An answer is a group's letters, ? or nothing.")
    if is_done and "" in answers:
        raise InvalidInputException("Some rows have no answer yet.")


def label_rows_of(queued: QueuedSet) -> list[LabelRow]:
    """A set with its answers as rows of a label file; unsure is left blank."""
    return [
        LabelRow(queued.labeling_set_id, "" if answer == UNSURE else answer, row)
        for row, answer in zip(queued.rows, queued.answers, strict=True)
    ]
