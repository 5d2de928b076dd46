"""AWS's FindMatches tutorial in the AWS CLI, from an empty store to a quality estimate."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest

from tests.http.server_process import serve
from tests.http.serving import KEY_ID, SECRET

SCRIPT = Path(__file__).parents[2] / "deploy" / "smoke.sh"


@pytest.mark.behavior(1, 24, 25, 35)
def test_the_tutorial_goes_through_step_by_step(tmp_path, s3, s3_server):
    bucket = f"smoke-{uuid4()}"
    keys = {"GLUEML_ACCESS_KEY_ID": KEY_ID, "GLUEML_SECRET_ACCESS_KEY": SECRET}

    with serve(tmp_path / "store", **keys) as server:
        done = subprocess.run(
            [SCRIPT],
            env=os.environ
            | keys
            | {
                "GLUE_ENDPOINT": server.url,
                "S3_ENDPOINT": s3_server,
                "S3_ACCESS_KEY_ID": "testing",
                "S3_SECRET_ACCESS_KEY": "testing",
                "BUCKET": bucket,
                "PYTHON": sys.executable,
                "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
                "HOME": str(tmp_path),
            },
            capture_output=True,
            text=True,
            timeout=600,
        )
        log = server.log()

    assert done.returncode == 0, done.stdout + done.stderr + log
    lines = done.stdout.splitlines()
    status, label_count = lines[lines.index("== Labels") + 1].split()
    assert status == "READY"
    assert int(label_count) > 50
    precision, recall, f1 = map(float, lines[lines.index("== Its quality, estimated") + 1].split())
    assert min(precision, recall, f1) > 0.5
    assert lines[-1].startswith("It works: tfm-")
