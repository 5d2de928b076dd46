"""The main job by boto3: a table in, people's answers, the table with its matches out."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from glueml_core import connect, core_of
from glueml_core.samples import KEY, answer
from glueml_core.transforms import start_find_matches
from tests.tasks.people import PEOPLE, TRUTH, add_table, add_transform, pair_f1
from tests.waiting import wait_for

ENDED = ("SUCCEEDED", "FAILED", "STOPPED", "TIMEOUT")


class Folder:
    """A place that records and labels lie in, as their owner sees it."""

    def __init__(self, uri: str, read: Callable[[str], bytes], write: Callable[..., Any]) -> None:
        self.uri, self._read, self._write = uri, read, write

    def read(self, uri: str) -> pd.DataFrame:
        content = self._read(uri.removeprefix(f"{self.uri}/"))
        return pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False)

    def write(self, name: str, table: pd.DataFrame) -> str:
        self._write(name, table.to_csv(index=False).encode())
        return f"{self.uri}/{name}"


@pytest.fixture(params=["local files", "S3"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Folder:
    if request.param == "local files":
        data = tmp_path / "data"
        (data / "people").mkdir(parents=True)
        return Folder(
            data.as_uri(),
            lambda name: (data / name).read_bytes(),
            lambda name, content: (data / name).write_bytes(content),
        )
    s3, bucket = request.getfixturevalue("s3"), request.getfixturevalue("bucket")
    return Folder(
        f"s3://{bucket}",
        lambda key: s3.get_object(Bucket=bucket, Key=key)["Body"].read(),
        lambda key, content: s3.put_object(Bucket=bucket, Key=key, Body=content),
    )


@pytest.fixture
def glue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("GLUEML_FILE_ROOTS", f'["{tmp_path}"]')
    return connect(tmp_path / "store")


@pytest.mark.behavior(24, 25, 35, 39)
def test_a_transform_is_taught_measured_and_used(glue, folder):
    folder.write("people/part-0.csv", PEOPLE[:150])
    folder.write("people/part-1.csv", PEOPLE[150:])
    glue.create_database(DatabaseInput={"Name": "db"})
    add_table(glue, "people", f"{folder.uri}/people")
    transform_id = add_transform(glue, "people")

    def output_of(started: dict[str, str]) -> dict[str, Any]:
        def ended() -> dict[str, Any] | None:
            shown = glue.get_ml_task_run(TransformId=transform_id, **started)
            return shown if shown["Status"] in ENDED else None

        shown = wait_for(ended)
        assert shown["Status"] == "SUCCEEDED", shown["ErrorString"]
        run = core_of(glue).store.task_runs.get(shown["TaskRunId"])
        assert run is not None
        return dict(run.output or {})

    def transform() -> dict[str, Any]:
        return dict(glue.get_ml_transform(TransformId=transform_id))

    sets = glue.start_ml_labeling_set_generation_task_run(
        TransformId=transform_id, OutputS3Path=f"{folder.uri}/sets"
    )
    asked = folder.read(output_of({"TaskRunId": sets["TaskRunId"]})["uri"])
    labels = folder.write("labels.csv", answer(asked, TRUTH, KEY))
    learning = glue.start_import_labels_task_run(TransformId=transform_id, InputS3Path=labels)
    output_of({"TaskRunId": learning["TaskRunId"]})
    assert (transform()["Status"], transform()["LabelCount"]) == ("READY", len(asked))

    def measure() -> dict[str, Any]:
        started = glue.start_ml_evaluation_task_run(TransformId=transform_id)
        output_of({"TaskRunId": started["TaskRunId"]})
        return transform()["EvaluationMetrics"]["FindMatchesMetrics"]

    measured = measure()
    check_metrics(measured)
    assert measure() == measured

    run_id = start_find_matches(core_of(glue), transform_id, f"{folder.uri}/matches")
    matches = folder.read(output_of({"TaskRunId": run_id})["uri"])
    pd.testing.assert_frame_equal(matches.drop(columns="match_id"), PEOPLE)
    assert pair_f1(matches) > 0.95


def check_metrics(measured: dict[str, Any]) -> None:
    """What holds between the metrics, whatever was measured."""
    counts = measured["ConfusionMatrix"]
    hits = counts["NumTruePositives"]
    precision, recall = measured["Precision"], measured["Recall"]
    assert precision == pytest.approx(hits / (hits + counts["NumFalsePositives"]))
    assert recall == pytest.approx(hits / (hits + counts["NumFalseNegatives"]))
    assert measured["F1"] >= 2 * precision * recall / (precision + recall) - 1e-9
    importances = [column["Importance"] for column in measured["ColumnImportances"]]
    assert importances == sorted(importances, reverse=True)
    shares = [measured["AreaUnderPRCurve"], precision, recall, measured["F1"], *importances]
    assert all(0 <= share <= 1 for share in shares)
