"""
AWS's FindMatches tutorial on papers of DBLP and Google Scholar, in boto3, on papers made up here.

    export AWS_ENDPOINT_URL_GLUE=http://localhost:4568 AWS_ENDPOINT_URL_S3=http://localhost:8333
    python examples/papers_by_boto3.py s3://my-bucket/papers

Nothing in it knows where it runs: without the first variable, the very same calls go to AWS.
"""

from __future__ import annotations

import io
import random
import sys
import time
from typing import Any
from urllib.parse import urlsplit

import boto3
import pandas as pd

COLUMNS = ["id", "title", "authors", "venue", "year", "source"]
TOPICS = ["indexing", "mining", "joining", "caching", "ranking", "cleaning", "hashing", "merging"]
THINGS = ["streams", "graphs", "cubes", "views", "logs", "maps", "texts", "queries", "schemas"]
NAMES = ["Abel", "Brown", "Chen", "Duarte", "Eriksen", "Fischer", "Garcia", "Hansen", "Jones"]
VENUES = {"sigmod": "SIGMOD Conference", "vldb": "Very Large Data Bases", "icde": "ICDE"}


def main() -> None:
    """Go through the tutorial, from papers to a quality estimate."""
    folder = sys.argv[1].rstrip("/")
    papers = made_up_papers()
    put(f"{folder}/records/papers.csv", papers.to_csv(index=False))
    glue = boto3.client("glue")

    # The tutorial has a crawler find the table; its definition is all that it leaves behind.
    glue.create_database(DatabaseInput={"Name": "demo-db-dblp-scholar"})
    glue.create_table(
        DatabaseName="demo-db-dblp-scholar",
        TableInput={
            "Name": "dblp_scholar_records_csv",
            "StorageDescriptor": {
                "Columns": [{"Name": name, "Type": "string"} for name in COLUMNS],
                "Location": f"{folder}/records/",
            },
            "Parameters": {"classification": "csv", "skip.header.line.count": "1"},
        },
    )
    transform_id = glue.create_ml_transform(
        Name="dblp-scholar",
        Role="AWSGlueServiceRoleDefault",
        InputRecordTables=[
            {"DatabaseName": "demo-db-dblp-scholar", "TableName": "dblp_scholar_records_csv"}
        ],
        Parameters={
            "TransformType": "FIND_MATCHES",
            "FindMatchesParameters": {
                "PrimaryKeyColumnName": "id",
                "PrecisionRecallTradeoff": 0.9,
                "AccuracyCostTradeoff": 1.0,
                "EnforceProvidedLabels": False,
            },
        },
        GlueVersion="1.0",
        WorkerType="G.2X",
        NumberOfWorkers=3,
    )["TransformId"]
    print("Transform:", transform_id)

    run = glue.start_ml_labeling_set_generation_task_run(
        TransformId=transform_id, OutputS3Path=f"{folder}/labelsets"
    )
    finish(glue, transform_id, run["TaskRunId"])
    put(f"{folder}/labels/labels.csv", labeled(only_file(f"{folder}/labelsets/")))

    run = glue.start_import_labels_task_run(
        TransformId=transform_id, InputS3Path=f"{folder}/labels/labels.csv"
    )
    finish(glue, transform_id, run["TaskRunId"])
    found = glue.get_ml_transform(TransformId=transform_id)
    print("Labels:", found["LabelCount"], found["Status"])

    run = glue.start_ml_evaluation_task_run(TransformId=transform_id)
    finish(glue, transform_id, run["TaskRunId"])
    found = glue.get_ml_transform(TransformId=transform_id)
    print("F1:", found["EvaluationMetrics"]["FindMatchesMetrics"]["F1"])


def finish(glue: Any, transform_id: str, task_run_id: str) -> None:
    """Wait for a task run's end; there is no waiter for it in boto3."""
    while True:
        run = glue.get_ml_task_run(TransformId=transform_id, TaskRunId=task_run_id)
        if run["Status"] == "SUCCEEDED":
            return
        if run["Status"] in ("FAILED", "STOPPED", "TIMEOUT"):
            sys.exit(f"{run['Properties']['TaskType']}: {run['Status']} {run.get('ErrorString')}")
        time.sleep(0.5)


def made_up_papers(count: int = 150) -> pd.DataFrame:
    """Each paper as one source has it, two of three as the other one writes it too."""
    chance = random.Random(1)
    rows = []
    for number in range(count):
        title = f"{chance.choice(TOPICS)} {chance.choice(THINGS)} for {chance.choice(THINGS)}"
        title = f"On {title} with {chance.choice(TOPICS)} {chance.choice(THINGS)}"
        authors = chance.sample(NAMES, 2)
        venue = chance.choice(list(VENUES))
        year = str(chance.randint(1995, 2005))
        full = ", ".join(f"{chance.choice('ABCDE')}. {name}" for name in authors)
        rows.append((f"dblp/{number}", title, full, VENUES[venue], year, "DBLP"))
        if chance.random() < 2 / 3:
            told = title.lower().replace("with", "using")
            blank = year if chance.random() < 0.7 else ""
            rows.append((f"scholar/{number}", told, full.upper(), venue, blank, "Scholar"))
    return pd.DataFrame(rows, columns=COLUMNS).sample(frac=1, random_state=1)


def labeled(asked: pd.DataFrame) -> str:
    """What a person would answer: rows about one paper get one label."""
    return asked.assign(label=asked["id"].str.partition("/")[2]).to_csv(index=False)


def put(uri: str, text: str) -> None:
    """Write an object."""
    bucket, key = _place(uri)
    boto3.client("s3").put_object(Bucket=bucket, Key=key, Body=text.encode())


def only_file(uri: str) -> pd.DataFrame:
    """The one file of a folder."""
    bucket, prefix = _place(uri)
    s3 = boto3.client("s3")
    [found] = s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]
    body = s3.get_object(Bucket=bucket, Key=found["Key"])["Body"]
    return pd.read_csv(io.BytesIO(body.read()), dtype=str, keep_default_na=False)


def _place(uri: str) -> tuple[str, str]:
    parts = urlsplit(uri)
    return parts.netloc, parts.path.lstrip("/")


if __name__ == "__main__":
    main()
