"""A transform that has been through everything, as its pages would find it."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from glueml_core.matching import WeakCluster
from glueml_core.matching.reasons import ClusterExplanation, PairExplanation, Reason
from glueml_core.store import Label, LabelSource, TaskType
from glueml_core.tasks.folder import RunFolder
from tests.web.conftest import COLUMNS, PEOPLE, Site

CURVE = [
    {"threshold": 1 - n / 10, "precision": 1 - (n / 10) ** 3 / 2, "recall": n / 10}
    for n in range(1, 11)
]


def estimate(value: float) -> dict[str, float]:
    return {"value": value, "low": value - 0.05, "high": value + 0.03}


DETAIL = {
    "area_under_pr_curve": 0.94,
    "precision": 0.95,
    "recall": 0.9,
    "f1": 0.92,
    "threshold": 0.5,
    "confusion": {
        "true_positives": 90,
        "false_positives": 5,
        "false_negatives": 10,
        "true_negatives": 400,
    },
    "column_importances": [["name", 0.7], ["street", 0.3], ["city", 0.0]],
    "blocking_recall": estimate(0.97),
    "clusters": {name: estimate(0.9) for name in ("precision", "recall", "f1")},
    "intervals": {
        name: [0.85, 0.97] for name in ("area_under_pr_curve", "precision", "recall", "f1")
    },
    "pr_curve": CURVE,
    "score_histogram": {"matches": [0, 1, 9, 90], "non_matches": [300, 80, 20, 5]},
    "churn": {"changed_records": 0.02, "agreement": 0.97},
    "advice": {"label_more": True, "reason": "Another round of labels is likely to pay."},
    "labels": {"records": 100, "labeling_sets": 10, "matches": 100, "non_matches": 405},
}


def put_in_every_state(site: Site) -> str:
    """Labels, a measured matcher, clusters, a failed run; gives the failed run's id."""
    store, transform_id = site.core.store, site.transform_id
    labels = [Label("s9", row["id"], "A", row) for row in PEOPLE]
    store.labels.append(transform_id, labels, LabelSource(uri="file:///labels.csv"))
    for count, f1 in [(50, 0.8), (100, 0.92)]:
        metrics = {"FindMatchesMetrics": {"F1": f1}}
        intervals = {"f1": [f1 - 0.05, f1 + 0.04]}
        output = {"evaluation_metrics": metrics, "label_count": count, "intervals": intervals}
        finish(site, "EVALUATION", {}, output)
    store.transforms.update(transform_id, status="READY", evaluation_detail=DETAIL)
    counts = {"record_count": 4, "cluster_count": 2}
    output = {"uri": add_table(site), **counts}
    tell_weak_clusters(site, finish(site, "FIND_MATCHES", {"JobName": "review"}, output))

    failed = store.task_runs.add(transform_id, "IMPORT_LABELS", {"InputS3Path": "file:///x.csv"})
    reason = "Cannot import the label file. Line 3: 2 cells instead of 6."
    store.task_runs.transition(failed.id, "STARTING", "FAILED", error_string=reason)
    return failed.id


def finish(site: Site, task_type: TaskType, properties: dict[str, str], output: Any) -> str:
    runs = site.core.store.task_runs
    run = runs.add(site.transform_id, task_type, properties)
    runs.transition(run.id, "STARTING", "RUNNING")
    runs.transition(run.id, "RUNNING", "SUCCEEDED", output=output)
    return run.id


def add_table(site: Site) -> str:
    """The people as a run writes them that found two clusters of two."""
    path = site.core.settings.labeling_folder / "matches.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    cells = {name: [row[name] for row in PEOPLE] for name in COLUMNS}
    pq.write_table(pa.table(cells | {"match_id": [0, 0, 2, 2]}), path)
    return path.as_uri()


def tell_weak_clusters(site: Site, run_id: str) -> None:
    """The second cluster is the weaker one."""
    reasons = (
        Reason("name", "Jaro-Winkler", 0.97, 2.1),
        Reason("street", "edit similarity", 0.4, -0.7),
        Reason(None, "record word cosine", None, 0.3),
    )
    pairs = {2: PairExplanation("3", "4", 0.6, reasons), 0: PairExplanation("1", "2", 0.9, ())}
    told = [
        WeakCluster(match_id, ClusterExplanation(pair, ((pair.record_id_l,), (pair.record_id_r,))))
        for match_id, pair in pairs.items()
    ]
    folder = RunFolder.of(site.core.settings, run_id)
    folder.make()
    folder.write_json(folder.weak_clusters, [weak.to_dict() for weak in told])
