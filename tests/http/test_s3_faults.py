"""An S3 that fails: a clear end, nothing half-written, nothing lost, and another try that works."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.http.conftest import people_transform
from tests.http.faulty_s3 import FaultyS3
from tests.http.server_process import ServerProcess, serve, wait_until_ended
from tests.http.serving import listening
from tests.tasks.people import KEY, PEOPLE, add_table, label_file


@pytest.fixture
def faulty(s3_server: str) -> Iterator[tuple[FaultyS3, str]]:
    proxy = FaultyS3(s3_server)
    with listening(proxy, lifespan="off") as url:
        yield proxy, url


@pytest.fixture
def server(tmp_path, faulty, s3) -> Iterator[ServerProcess]:
    """Its S3 is the faulty one; the test's own client, `s3`, asks the one that works."""
    with serve(tmp_path / "store", AWS_ENDPOINT_URL_S3=faulty[1]) as running:
        yield running


@pytest.fixture
def transform_id(server, s3, bucket, tmp_path) -> str:
    """A transform of people in `bucket`, with a label file beside them."""
    s3.put_object(Bucket=bucket, Key="people/a.csv", Body=PEOPLE.to_csv(index=False).encode())
    label_file(tmp_path / "labels.csv")
    s3.upload_file(str(tmp_path / "labels.csv"), bucket, "labels.csv")
    glue = server.client()
    glue.create_database(DatabaseInput={"Name": "db"})
    add_table(glue, "people", f"s3://{bucket}/people/")
    request = people_transform("people")
    request["Parameters"]["FindMatchesParameters"]["PrimaryKeyColumnName"] = KEY
    return str(glue.create_ml_transform(**request)["TransformId"])


def import_labels(glue: Any, transform_id: str, bucket: str) -> dict[str, Any]:
    run_id = glue.start_import_labels_task_run(
        TransformId=transform_id, InputS3Path=f"s3://{bucket}/labels.csv"
    )["TaskRunId"]
    return wait_until_ended(glue, transform_id, run_id)


def export_labels(glue: Any, transform_id: str, bucket: str) -> dict[str, Any]:
    run_id = glue.start_export_labels_task_run(
        TransformId=transform_id, OutputS3Path=f"s3://{bucket}/exports"
    )["TaskRunId"]
    return wait_until_ended(glue, transform_id, run_id)


def exported(s3: Any, bucket: str) -> list[str]:
    found = s3.list_objects_v2(Bucket=bucket, Prefix="exports/").get("Contents", [])
    return [one["Key"] for one in found]


def test_the_loop_goes_on_when_s3_is_mended(server, faulty, transform_id, s3, bucket):
    """One transform through all of it, as its owner would live through a bad day."""
    proxy, _ = faulty
    glue = server.client()

    # The look at the label file: an S3 that stays busy is named, one that was busy is asked again.
    proxy.fail("HEAD", "503")
    with pytest.raises(glue.exceptions.InvalidInputException, match="Cannot access the label file"):
        import_labels(glue, transform_id, bucket)
    assert glue.get_ml_task_runs(TransformId=transform_id)["TaskRuns"] == []

    # Reading: the file breaks off each time.
    proxy.mend()
    proxy.fail("GET", "cut")
    broken = import_labels(glue, transform_id, bucket)
    assert broken["Status"] == "FAILED"
    assert f"{bucket}/labels.csv" in broken["ErrorString"]
    assert "broke off" in broken["ErrorString"]
    assert glue.get_ml_transform(TransformId=transform_id)["LabelCount"] == 0

    # Busy for a moment only.
    proxy.mend()
    proxy.fail("HEAD", "503", times=1)
    whole = import_labels(glue, transform_id, bucket)
    assert whole["Status"] == "SUCCEEDED", whole
    assert glue.get_ml_transform(TransformId=transform_id)["Status"] == "READY"

    # Writing: nothing is there unless all of it is there.
    proxy.mend()
    proxy.fail("PUT", "cut")
    unwritten = export_labels(glue, transform_id, bucket)
    assert unwritten["Status"] == "FAILED"
    assert f"s3://{bucket}/exports" in unwritten["ErrorString"]
    assert exported(s3, bucket) == []

    proxy.mend()
    proxy.fail("PUT", "503", times=2)
    written = export_labels(glue, transform_id, bucket)
    assert written["Status"] == "SUCCEEDED", written
    assert len(exported(s3, bucket)) == 1
