"""Review: matches as clusters, and how a wrong one becomes a labeling set."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from glueml_core.errors import EntityNotFoundException
from glueml_core.store import MLTransform, TaskRun, TaskRunFilter
from glueml_core.tasks.folder import RunFolder
from glueml_core.transforms.jobs import start_find_matches
from glueml_core.web.clusters import Cluster, read_clusters
from glueml_core.web.rendering import segment
from glueml_core.web.visit import Visit

__all__ = ["approve", "correct", "match", "show_clusters"]

JOB = "review"
A_PAGE = 20
# More rows than that at once, and people lose the overview.
MOST_ROWS = 30


def show_clusters(visit: Visit) -> Response:
    """The clusters, some at a time, the weakest first."""
    transform = visit.core.store.transforms.get(visit.transform_id)
    runs = _runs(visit, transform)
    done = next((run for run in runs if run.status == "SUCCEEDED"), None)
    clusters = _clusters(visit, transform, done) if done else []
    start = max(0, visit.number(visit.query.get("from", 0)))
    shown = clusters[start : start + A_PAGE]
    return visit.page(
        "review.html",
        transform=transform,
        here="/review",
        latest=runs[0] if runs else None,
        done=done,
        clusters=clusters,
        shown=shown,
        columns=[column["Name"] for column in transform.schema],
        judged={one.match_id: _judged(visit, _set_id(done, one)) for one in shown} if done else {},
        start=start,
        next_start=start + A_PAGE if start + A_PAGE < len(clusters) else None,
        page_size=A_PAGE,
    )


def match(visit: Visit) -> Response:
    """Find matches in the transform's own table, for this page."""
    folder = visit.core.settings.labeling_folder / visit.transform_id / "matches"
    start_find_matches(
        visit.core,
        visit.transform_id,
        str(folder),
        file_format="parquet",
        tell_weak_clusters=True,
        job_name=JOB,
    )
    return visit.go("/review")


def correct(visit: Visit) -> Response:
    """Make a labeling set of a cluster that is wrong, and go there."""
    set_id = _queue(visit)
    return RedirectResponse(f"/transforms/{visit.transform_id}/label/{segment(set_id)}", 303)


def approve(visit: Visit) -> Response:
    """Keep a cluster as a labeling set whose rows are all the same."""
    set_id = _queue(visit)
    queue, person = visit.core.store.labeling_queue, visit.person.session_id
    queued = queue.lease(visit.transform_id, set_id, person)
    queue.save(
        visit.transform_id,
        set_id,
        person,
        version=queued.version,
        answers=["A"] * len(queued.rows),
        is_done=True,
    )
    return visit.go(f"/review?from={visit.number(visit.fields.get('from', 0))}")


def _runs(visit: Visit, transform: MLTransform) -> list[TaskRun]:
    """The runs of this page, the newest first."""
    criteria = TaskRunFilter(task_type="FIND_MATCHES")
    runs = visit.core.store.task_runs.find(transform.id, criteria).rows
    return [run for run in runs if run.properties.get("JobName") == JOB]


def _clusters(visit: Visit, transform: MLTransform, run: TaskRun) -> list[Cluster]:
    assert run.output is not None
    columns = tuple(column["Name"] for column in transform.schema)
    settings = visit.core.settings
    told = RunFolder.of(settings, run.id).weak_clusters
    return read_clusters(run.output["uri"], told, columns, settings)


def _queue(visit: Visit) -> str:
    """Queue the cluster that the form names as a labeling set; gives its id."""
    transform = visit.core.store.transforms.get(visit.transform_id)
    run = visit.core.store.task_runs.get_of(transform.id, visit.fields.get("task_run_id", ""))
    match_id = visit.number(visit.path["match_id"])
    clusters = _clusters(visit, transform, run)
    cluster = next((one for one in clusters if one.match_id == match_id), None)
    if cluster is None:
        raise EntityNotFoundException(f"There is no cluster {match_id} to judge.")

    set_id = _set_id(run, cluster)
    rows = cluster.rows[:MOST_ROWS]
    store = visit.core.store
    store.labeling_queue.add(transform.id, {set_id: rows}, is_correction=True)
    # As a set of ours, so that judging the cluster again replaces what was said before.
    ids = [row[transform.primary_key_column] for row in rows]
    store.labels.add_generated(transform.id, f"review:{set_id}", {set_id: ids})
    return set_id


def _set_id(run: TaskRun, cluster: Cluster) -> str:
    return f"{run.id.removeprefix('tsk-')[:12]}-{cluster.match_id}"


def _judged(visit: Visit, set_id: str) -> str | None:
    """Where a cluster stands as a labeling set: its id once it is one."""
    try:
        return visit.core.store.labeling_queue.get(visit.transform_id, set_id).labeling_set_id
    except EntityNotFoundException:
        return None
