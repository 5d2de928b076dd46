"""The door within the process."""

import subprocess
import sys

import boto3
import pytest

from glueml_core import connect, core_of
from glueml_core.api.operations import operations


def test_no_credentials_region_or_profile_is_needed(core, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    monkeypatch.setenv("AWS_ENDPOINT_URL_GLUE", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")

    client = connect(core)

    assert client.get_ml_transforms()["Transforms"] == []
    assert client.meta.region_name == core.settings.region


def test_two_clients_share_what_is_behind_them(core, glue, create):
    transform_id = create()
    assert connect(core).list_ml_transforms()["TransformIds"] == [transform_id]


def test_the_core_behind_a_client_can_be_found(core):
    assert core_of(connect(core)) is core
    stranger = boto3.client("glue", region_name="us-east-1")
    with pytest.raises(ValueError, match="connect"):
        core_of(stranger)


def test_the_operations_that_are_promised_are_served():
    assert sorted(operations()) == [
        "CancelMLTaskRun",
        "CreateDatabase",
        "CreateMLTransform",
        "CreateTable",
        "DeleteDatabase",
        "DeleteMLTransform",
        "DeleteTable",
        "GetDatabase",
        "GetDatabases",
        "GetMLTaskRun",
        "GetMLTaskRuns",
        "GetMLTransform",
        "GetMLTransforms",
        "GetTable",
        "GetTables",
        "GetTags",
        "ListMLTransforms",
        "StartExportLabelsTaskRun",
        "StartImportLabelsTaskRun",
        "StartMLEvaluationTaskRun",
        "StartMLLabelingSetGenerationTaskRun",
        "TagResource",
        "UntagResource",
        "UpdateMLTransform",
        "UpdateTable",
    ]


def test_importing_the_package_loads_none_of_the_heavy_libraries():
    code = (
        "import sys, glueml_core; "
        "print(sorted({'boto3', 'pandas', 'lightgbm', 'sqlalchemy', 'pyarrow'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
