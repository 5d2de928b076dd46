"""
Move ML transforms, with their tables and labels, from AWS Glue to a server of one's own.

    python examples/move_from_aws.py http://127.0.0.1:4568 s3://my-bucket/labels-of-2026

AWS's own credentials and region as usual; the new server's keys in the profile `glueml`.
"""

from __future__ import annotations

import sys
import time
from contextlib import suppress
from typing import Any

import boto3

SAME = [
    "Name",
    "Description",
    "InputRecordTables",
    "Parameters",
    "Role",
    "GlueVersion",
    "WorkerType",
    "NumberOfWorkers",
    "Timeout",
    "MaxRetries",
    "TransformEncryption",
]
RUNNING = {"STARTING", "RUNNING", "STOPPING"}


def move(old: Any, new: Any, label_folder: str) -> dict[str, str]:
    """Move every transform; gives the new ids by the old ones. May be run again."""
    return {
        transform["TransformId"]: move_transform(old, new, transform, label_folder)
        for transform in all_transforms(old)
    }


def all_transforms(glue: Any) -> list[dict[str, Any]]:
    """boto3 has no paginator for ML transforms."""
    page = glue.get_ml_transforms()
    found = list(page["Transforms"])
    while token := page.get("NextToken"):
        page = glue.get_ml_transforms(NextToken=token)
        found += page["Transforms"]
    return found


def move_transform(old: Any, new: Any, transform: dict[str, Any], label_folder: str) -> str:
    """Make the transform anew, and teach it what it has been taught."""
    for table in transform["InputRecordTables"]:
        copy_table(old, new, table["DatabaseName"], table["TableName"])
    creation = {name: transform[name] for name in SAME if name in transform}
    if "WorkerType" not in creation:
        creation["MaxCapacity"] = transform["MaxCapacity"]
    new_id: str = new.create_ml_transform(**creation)["TransformId"]

    if transform.get("LabelCount"):
        label_file = export_labels(old, transform["TransformId"], label_folder)
        run = new.start_import_labels_task_run(
            TransformId=new_id, InputS3Path=label_file, ReplaceAllLabels=True
        )
        wait(new, new_id, run["TaskRunId"])
    return new_id


def copy_table(old: Any, new: Any, database: str, name: str) -> None:
    """Define the table here as it is there, unless it is here already."""
    keep = new.meta.service_model.shape_for("TableInput").members
    table = old.get_table(DatabaseName=database, Name=name)["Table"]
    definition = {key: table[key] for key in keep if key in table}
    with suppress(new.exceptions.AlreadyExistsException):
        new.create_database(DatabaseInput={"Name": database})
    with suppress(new.exceptions.AlreadyExistsException):
        new.create_table(DatabaseName=database, TableInput=definition)


def export_labels(glue: Any, transform_id: str, label_folder: str) -> str:
    """All labels of a transform as one file in a folder of its own; gives the file's URI."""
    folder = f"{label_folder.rstrip('/')}/{transform_id}-{int(time.time())}"
    run = glue.start_export_labels_task_run(TransformId=transform_id, OutputS3Path=folder)
    wait(glue, transform_id, run["TaskRunId"])
    bucket, _, prefix = folder.removeprefix("s3://").partition("/")
    objects = boto3.client("s3").list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]
    [key] = [found["Key"] for found in objects if found["Key"].endswith(".csv")]
    return f"s3://{bucket}/{key}"


def wait(glue: Any, transform_id: str, run_id: str) -> None:
    """Until a task run has succeeded."""
    while True:
        run = glue.get_ml_task_run(TransformId=transform_id, TaskRunId=run_id)
        if run["Status"] == "SUCCEEDED":
            return
        if run["Status"] not in RUNNING:
            raise RuntimeError(f"{run_id} ended {run['Status']}: {run.get('ErrorString')}")
        time.sleep(2)


if __name__ == "__main__":
    endpoint_url, folder = sys.argv[1:]
    there = boto3.client("glue")
    here = boto3.Session(profile_name="glueml").client(
        "glue", endpoint_url=endpoint_url, region_name=there.meta.region_name
    )
    for old_id, new_id in move(there, here, folder).items():
        print(old_id, new_id)
