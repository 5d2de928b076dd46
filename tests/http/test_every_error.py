"""Every error that the model lists for an operation reaches boto3 as the class it has for it."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore import xform_name

from glueml_core import errors
from glueml_core.api.operations import operations
from tests.http.serving import glue_client, serving

MODEL = boto3.client("glue", region_name="us-east-1").meta.service_model


def least(shape: Any) -> Any:
    """The least request that breaks no constraint."""
    if shape.type_name == "structure":
        return {name: least(shape.members[name]) for name in shape.required_members}
    if shape.type_name == "string":
        is_arn = shape.metadata.get("pattern", "").startswith("arn")
        return shape.enum[0] if shape.enum else "arn:aws:glue:::mlTransform/a" if is_arn else "a"
    return {"list": [], "map": {}}[shape.type_name]


@pytest.fixture(scope="module")
def failures() -> dict[str, errors.GlueError]:
    """What each operation is to fail with."""
    return {}


@pytest.fixture
def glue(core, failures, monkeypatch):
    def fail(name):
        def handler(*_arguments, **_request):
            raise failures[name]

        return handler

    for name, (operation, _) in operations().items():
        monkeypatch.setitem(operations(), name, (operation, fail(name)))
    with serving(core) as url:
        yield glue_client(url, retries={"total_max_attempts": 2})


def test_it_is_the_class_that_callers_catch(glue, failures):
    shown = 0
    for name in operations():
        model = MODEL.operation_model(name)
        for shape in model.error_shapes:
            words = f"The words of {shape.name}."
            failures[name] = type(shape.name, (errors.GlueError,), {})(words)

            with pytest.raises(getattr(glue.exceptions, shape.name)) as caught:
                getattr(glue, xform_name(name))(**least(model.input_shape))

            answer = caught.value.response
            assert answer["Error"] == {"Code": shape.name, "Message": words}
            internal = shape.name == "InternalServiceException"
            assert answer["ResponseMetadata"]["HTTPStatusCode"] == (500 if internal else 400)
            shown += 1

    assert shown > 100
