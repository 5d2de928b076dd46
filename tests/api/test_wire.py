"""AWS JSON 1.1, below boto3: bodies and headers as they come over a socket."""

import json

import pytest

from glueml_core.http.wire import answer
from tests.api.conftest import request


@pytest.fixture
def send(core, glue):
    """Sends a body to an operation; gives status, headers and the answer's JSON."""

    def send(target, body):
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        reply = answer(core, {"x-amz-target": target}, raw)
        return reply.status, reply.headers, json.loads(reply.body)

    return send


@pytest.mark.behavior(2)
@pytest.mark.parametrize(
    "target", ["AWSGlue.Nothing", "AWSGlue.SearchTables", "GetMLTransforms", "", "Other.GetTables"]
)
def test_an_unknown_target_is_404(send, target):
    status, headers, error = send(target, {})
    assert (status, error["__type"]) == (404, "UnknownOperationException")
    assert headers["x-amzn-ErrorType"] == "UnknownOperationException"


def test_an_answer_carries_a_request_id_and_epoch_seconds(send):
    """Other SDKs than boto3 read timestamps as numbers only."""
    _, _, made = send("AWSGlue.CreateMLTransform", request())
    status, headers, transform = send("AWSGlue.GetMLTransform", made)

    assert status == 200
    assert headers["Content-Type"] == "application/x-amz-json-1.1"
    assert len(headers["x-amzn-RequestId"]) == 36
    # The fourth look at the clock, which starts at noon.
    assert transform["CreatedOn"] == transform["LastModifiedOn"] == 1795435203.0


@pytest.mark.behavior(3)
def test_an_error_names_itself_in_body_and_header(send):
    status, headers, error = send("AWSGlue.GetMLTransform", {"TransformId": "tfm-1"})

    assert status == 400
    assert error == {
        "__type": "EntityNotFoundException",
        "Message": "Cannot find MLTransform in account 000000000000 with handle tfm-1.",
    }
    assert headers["x-amzn-ErrorType"] == "EntityNotFoundException"


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"null",
        b"\xff",
        b'{"MaxResults": NaN}',
        b'{"MaxResults": 1' + b"0" * 5000 + b"}",
        b"[" * 100_000,
        b'{"MaxResults": "1"}',
        b'{"MaxResults": true}',
        b'{"MaxResults": 1.5}',
        b'{"MaxResults": 2147483648}',
        b'{"NextToken": 1}',
        b'{"Filter": []}',
        b'{"Filter": {"Schema": {}}}',
        b'{"Filter": {"Schema": [null]}}',
        b'{"Filter": {"Name": "\\ud800"}}',
        b'{"Filter": {"Name": "\\u0000"}}',
        b'{"Filter": {"CreatedAfter": "yesterday"}}',
        b'{"Filter": {"CreatedAfter": 1e300}}',
        b'{"Filter": {"CreatedAfter": {}}}',
        b'{"Filter": {"CreatedAfter": true}}',
    ],
)
def test_what_is_no_request_is_a_serialization_exception(send, body):
    status, _, error = send("AWSGlue.GetMLTransforms", body)
    assert (status, error["__type"]) == (400, "SerializationException")


@pytest.mark.parametrize("number", [b"1e400", b"-1e400", b'"0.5"', b"[]", b"true"])
def test_a_double_is_a_finite_number(send, number):
    body = json.dumps(request(MaxCapacity=0)).encode().replace(b": 0}", b": " + number + b"}")
    status, _, error = send("AWSGlue.CreateMLTransform", body)
    assert (status, error["__type"]) == (400, "SerializationException")


@pytest.mark.parametrize(
    "moment", [1e15, -1e15, "0001-01-01", "9999-12-31T23:59:59Z", 253402300799]
)
def test_a_moment_at_the_edge_of_time_filters_or_is_refused(send, moment):
    status, _, _ = send("AWSGlue.GetMLTransforms", {"Filter": {"CreatedAfter": moment}})
    assert status in {200, 400}


def test_what_the_model_does_not_know_is_ignored_and_null_is_nothing(send):
    status, _, page = send("AWSGlue.GetMLTransforms", {"Unknown": 1, "Filter": None, "Sort": None})
    assert (status, page) == (200, {"Transforms": []})
    assert send("AWSGlue.GetMLTransforms", b"")[0] == 200


@pytest.mark.parametrize("before", [1795435204, 1795435203.5, "2026-11-23T12:00:04Z"])
def test_moments_come_as_whole_and_broken_seconds_and_as_text(send, before):
    """boto3 cuts fractions off, other SDKs do not."""
    send("AWSGlue.CreateMLTransform", request())
    body = {"Filter": {"CreatedBefore": before, "CreatedAfter": 1795435202}}
    assert len(send("AWSGlue.GetMLTransforms", body)[2]["Transforms"]) == 1


def test_whole_numbers_pass_for_doubles(send):
    """The Go SDK sends 10.0 as 10."""
    _, _, made = send("AWSGlue.CreateMLTransform", request(MaxCapacity=10))
    assert send("AWSGlue.GetMLTransform", made)[2]["MaxCapacity"] == 10.0


def test_a_bug_of_ours_is_a_500_that_says_nothing_of_our_insides(send, core, monkeypatch, caplog):
    def fail(*_args, **_kwargs):
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(type(core.store.transforms), "find", fail)

    status, headers, error = send("AWSGlue.GetMLTransforms", {})

    assert (status, error["__type"]) == (500, "InternalServiceException")
    assert "secret" not in error["Message"]
    assert headers["x-amzn-RequestId"] in error["Message"]
    assert "ZeroDivisionError: secret" in caplog.text


def test_an_error_that_the_model_does_not_list_is_a_bug(send, core, monkeypatch):
    """Clients could not tell it from others: their exception classes come from the model."""
    from glueml_core.errors import ConcurrentRunsExceededException

    def fail(*_args, **_kwargs):
        raise ConcurrentRunsExceededException("too many")

    monkeypatch.setattr(type(core.store.transforms), "find", fail)
    assert send("AWSGlue.GetMLTransforms", {})[0] == 500
