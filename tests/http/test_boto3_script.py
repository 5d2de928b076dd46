"""A script of AWS's tutorial that does not know that it is not at AWS, and the job after it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from glueml_core import FindMatches, connect
from tests.http.server_process import serve
from tests.http.serving import KEY_ID, SECRET

SCRIPT = Path(__file__).parents[2] / "examples" / "papers_by_boto3.py"


@pytest.mark.behavior(1, 24, 25, 35, 39)
def test_it_goes_through_the_whole_loop(tmp_path, s3, s3_server, bucket):
    """Endpoint and keys come from the environment: the program has not one word of ours."""
    assert "glueml" not in re.sub(r"#.*", "", SCRIPT.read_text())
    keys = {"GLUEML_ACCESS_KEY_ID": KEY_ID, "GLUEML_SECRET_ACCESS_KEY": SECRET}
    at_aws = {
        "AWS_ENDPOINT_URL_S3": s3_server,
        "AWS_ACCESS_KEY_ID": KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    with serve(tmp_path / "store", **keys) as server:
        done = subprocess.run(
            [sys.executable, SCRIPT, f"s3://{bucket}/papers"],
            env=os.environ | at_aws | {"AWS_ENDPOINT_URL_GLUE": server.url},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr

    told = dict(line.split(": ") for line in done.stdout.splitlines())
    assert re.fullmatch(r"\d+ READY", told["Labels"])
    assert float(told["F1"]) > 0.5

    # The tutorial's last step is an ETL job, with one import changed.
    papers = pd.read_csv(
        s3.get_object(Bucket=bucket, Key="papers/records/papers.csv")["Body"],
        dtype=str,
        keep_default_na=False,
    )
    store = connect(tmp_path / "store")
    matched = FindMatches.apply(frame=papers, transformId=told["Transform"], client=store)
    pd.testing.assert_frame_equal(matched.drop(columns="match_id"), papers)
    paper = matched["id"].str.partition("/")[2]
    both = matched[paper.duplicated(keep=False)]
    found = both.groupby(paper)["match_id"].nunique().value_counts()
    # The dial at 0.9 prefers precision: some of the pairs are left apart, and no two papers meet.
    assert paper.groupby(matched["match_id"]).nunique().max() == 1
    assert found[1] > 0.85 * found.sum()
