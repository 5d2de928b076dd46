"""Creating a transform twice: a client that got no answer asks again."""

import boto3
import pytest
from botocore.awsrequest import AWSResponse

from glueml_core.http.inprocess import Responder
from tests.api.conftest import parameters, request


@pytest.fixture
def impatient(core):
    """A client with boto3's own retries, whose first answer is lost after the work was done."""
    respond, lost = Responder(core), []

    def lose_first(request, **kwargs):
        answer = respond(request)
        if lost:
            return answer
        lost.append(answer)
        return AWSResponse(request.url, 500, {}, answer.raw)

    client = boto3.client(
        "glue",
        region_name="us-east-1",
        endpoint_url="http://glueml.invalid",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    client.meta.events.register("before-send.glue", lose_first)
    return client


@pytest.mark.behavior(14)
def test_a_create_whose_answer_was_lost_makes_one_transform(glue, impatient):
    answer = impatient.create_ml_transform(**request())

    assert answer["ResponseMetadata"]["RetryAttempts"] == 1
    assert glue.list_ml_transforms()["TransformIds"] == [answer["TransformId"]]


def test_the_same_create_gives_the_same_transform_even_with_the_defaults_spelled_out(create):
    assert create() == create(Timeout=2880, MaxCapacity=10.0, Tags={})


@pytest.mark.behavior(15)
@pytest.mark.parametrize(
    "changes",
    [
        {"Timeout": 1},
        {"Parameters": parameters(AccuracyCostTradeoff=1)},
        {"Tags": {"team": "blue"}},
    ],
)
def test_another_create_under_the_name_of_an_untouched_transform_is_a_mismatch(
    glue, create, changes
):
    transform_id = create()
    before = glue.get_ml_transform(TransformId=transform_id)

    with pytest.raises(glue.exceptions.IdempotentParameterMismatchException) as refusal:
        create(**changes)

    assert refusal.value.response["Error"]["Message"] == (
        "Idempotent create request for transform people had mismatching parameters."
    )
    after = glue.get_ml_transform(TransformId=transform_id)
    before.pop("ResponseMetadata"), after.pop("ResponseMetadata")
    assert after == before


@pytest.mark.behavior(15)
def test_another_create_under_the_name_of_a_transform_in_use_finds_it_there(glue, create):
    glue.update_ml_transform(TransformId=create(), Timeout=5)

    with pytest.raises(glue.exceptions.AlreadyExistsException) as refusal:
        create(Timeout=1)

    message = refusal.value.response["Error"]["Message"]
    assert message == "Transform with name people already exists."
    assert len(glue.list_ml_transforms()["TransformIds"]) == 1
