"""The script of docs/migrating-from-aws-glue.md, from one account to another."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from glueml_core import connect
from tests.http.conftest import people_transform
from tests.http.server_process import wait_until_ended
from tests.tasks.people import KEY, PEOPLE, add_table, label_file

SCRIPT = Path(__file__).parents[2] / "examples" / "move_from_aws.py"


@pytest.fixture
def script():
    spec = importlib.util.spec_from_file_location("move_from_aws", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_transforms_move_with_their_tables_and_labels(script, s3, bucket, tmp_path, monkeypatch):
    """A server of ours stands in for AWS, whose API it has."""
    monkeypatch.setattr(script.time, "sleep", lambda _: None)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    s3.put_object(Bucket=bucket, Key="people/a.csv", Body=PEOPLE.to_csv(index=False).encode())
    label_file(tmp_path / "labels.csv")
    s3.upload_file(str(tmp_path / "labels.csv"), bucket, "labels.csv")
    old, new = connect(tmp_path / "old"), connect(tmp_path / "new")
    old.create_database(DatabaseInput={"Name": "db"})
    add_table(old, "people", f"s3://{bucket}/people/")
    request = people_transform("people") | {"Description": "ours", "Timeout": 99}
    request["Parameters"]["FindMatchesParameters"]["PrimaryKeyColumnName"] = KEY
    taught = old.create_ml_transform(**request)["TransformId"]
    workers = {"Name": "by workers", "WorkerType": "G.2X", "NumberOfWorkers": 3}
    untaught = old.create_ml_transform(**request | workers)["TransformId"]
    run = old.start_import_labels_task_run(
        TransformId=taught, InputS3Path=f"s3://{bucket}/labels.csv"
    )
    wait_until_ended(old, taught, run["TaskRunId"])

    moved = script.move(old, new, f"s3://{bucket}/exports")

    assert set(moved) == {taught, untaught}
    before = old.get_ml_transform(TransformId=taught)
    after = new.get_ml_transform(TransformId=moved[taught])
    for name in ("Name", "Description", "Timeout", "Parameters", "Schema", "LabelCount", "Status"):
        assert after[name] == before[name]
    assert after["Status"] == "READY"
    assert new.get_ml_transform(TransformId=moved[untaught])["NumberOfWorkers"] == 3
    assert script.move(old, new, f"s3://{bucket}/exports-again") == moved
