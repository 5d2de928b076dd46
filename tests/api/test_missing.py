"""Ids that do not exist, in every operation that takes one."""

import pytest
from botocore import xform_name

from glueml_core.api.operations import operations

NOBODY = "tfm-0000000000000000000000000000000000000000"
WITH_TRANSFORM = [
    name
    for name, (operation, _) in operations().items()
    if "TransformId" in (operation._model.input_shape.members)
]


@pytest.mark.behavior(3)
@pytest.mark.parametrize("name", WITH_TRANSFORM)
def test_an_unknown_transform_is_not_found_by_any_operation(glue, name, tmp_path):
    """Only DeleteMLTransform says so without a period, as Glue does."""
    operation = operations()[name][0]
    values = {"TransformId": NOBODY, "TaskRunId": "tsk-1"}
    required = operation._model.input_shape.required_members
    arguments = {member: values.get(member, str(tmp_path)) for member in required}

    with pytest.raises(glue.exceptions.EntityNotFoundException) as refusal:
        getattr(glue, xform_name(name))(**arguments)

    response = refusal.value.response
    text = f"Cannot find MLTransform in account 000000000000 with handle {NOBODY}"
    period = "" if name == "DeleteMLTransform" else "."
    assert response["Error"] == {"Code": "EntityNotFoundException", "Message": text + period}
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 400
    headers = response["ResponseMetadata"]["HTTPHeaders"]
    assert headers["x-amzn-errortype"] == "EntityNotFoundException"


def test_every_operation_of_a_transform_is_served():
    assert len(WITH_TRANSFORM) == 10


@pytest.mark.behavior(37)
@pytest.mark.parametrize("operation", ["get_ml_task_run", "cancel_ml_task_run"])
def test_a_run_is_found_under_its_own_transform_only(glue, core, create, operation):
    one, other = create(Name="one"), create(Name="other")
    run = core.store.task_runs.add(other, "EVALUATION")

    for run_id in (run.id, "tsk-1"):
        with pytest.raises(glue.exceptions.EntityNotFoundException) as refusal:
            getattr(glue, operation)(TransformId=one, TaskRunId=run_id)
        assert refusal.value.response["Error"]["Message"] == (
            f"No ML Task Run found for {run_id}: in account 000000000000 for transform {one}."
        )
