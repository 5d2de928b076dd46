"""A transform that has been through everything, as its pages would find it."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq

from glueml_core.store import Label, LabelSource
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
    finish(site, "FIND_MATCHES", {"JobName": "review"}, {"uri": add_clusters(site)})

    failed = store.task_runs.add(transform_id, "IMPORT_LABELS", {"InputS3Path": "file:///x.csv"})
    reason = "Cannot import the label file. Line 3: 2 cells instead of 6."
    store.task_runs.transition(failed.id, "STARTING", "FAILED", error_string=reason)
    return failed.id


def finish(
    site: Site, task_type: str, properties: dict[str, str], output: dict[str, object]
) -> None:
    runs = site.core.store.task_runs
    run = runs.add(site.transform_id, task_type, properties)
    runs.transition(run.id, "STARTING", "RUNNING")
    runs.transition(run.id, "RUNNING", "SUCCEEDED", output=output)


def add_clusters(site: Site) -> str:
    """Two clusters of two, the second with the weaker link."""
    path = site.core.settings.labeling_folder / "clusters.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    cells = {name: [row[name] for row in PEOPLE] for name in COLUMNS}
    scores = {"match_id": [0, 0, 2, 2], "match_confidence_score": [0.9, 0.9, 0.6, 0.6]}
    pq.write_table(pa.table(cells | scores), path)
    return path.as_uri()
