"""Whatever is sent, the answer is the API's own: never a 500, never something else's page."""

from __future__ import annotations

import json
import socket
from urllib.parse import urlsplit

import botocore.session
import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glueml_core.api.operations import operations
from tests.http.conftest import people_table, people_transform
from tests.http.hostile import bodies
from tests.http.serving import serving

MODEL = botocore.session.get_session().get_service_model("glue")
JSON_1_1 = "application/x-amz-json-1.1"
AT_THE_DOOR = {"SerializationException", "ValidationException", "UnknownOperationException"}

fuzzing = settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def url(core):
    with serving(core) as address:
        yield address


@pytest.fixture
def post(url):
    with httpx.Client(base_url=url, timeout=30) as client:

        def send(operation, body):
            headers = {"Content-Type": JSON_1_1, "X-Amz-Target": f"AWSGlue.{operation}"}
            return client.post("/", headers=headers, content=body)

        yield send


@pytest.fixture
def known(glue, tmp_path):
    """Texts that mean something: bodies made of them get past the first check."""
    glue.create_database(DatabaseInput={"Name": "db"})
    glue.create_table(DatabaseName="db", TableInput=people_table("people"))
    transform_id = glue.create_ml_transform(**people_transform("people"))["TransformId"]
    arn = f"arn:aws:glue:us-east-1:000000000000:mlTransform/{transform_id}"
    return ["db", "people", "id", "string", transform_id, arn, f"file://{tmp_path}/out", "G.1X"]


@pytest.mark.parametrize("operation", sorted(operations()))
def test_no_body_of_any_form_brings_down_an_operation(operation, post, known):
    shape = MODEL.operation_model(operation)
    allowed = {error.name for error in shape.error_shapes} | AT_THE_DOOR

    @fuzzing
    @given(body=bodies(shape.input_shape, known))
    def attack(body):
        answer = post(operation, json.dumps(body))

        assert answer.status_code in {200, 400}, answer.text
        if answer.status_code == 400:
            assert answer.json()["__type"] in allowed - {"InternalServiceException"}

    attack()


@fuzzing
@given(body=st.binary(max_size=200), operation=st.sampled_from(sorted(operations())))
def test_bytes_that_are_no_json_are_refused(post, body, operation):
    answer = post(operation, b"\xff" + body)

    assert (answer.status_code, answer.json()["__type"]) == (400, "SerializationException")


@fuzzing
@given(headers=st.lists(st.binary(max_size=60), max_size=8))
def test_headers_of_any_bytes_are_refused_or_ignored(url, headers):
    address = urlsplit(url)
    lines = [b"POST / HTTP/1.1", b"Host: localhost", b"Connection: close", *headers]

    with socket.create_connection((address.hostname, address.port), timeout=30) as sent:
        sent.sendall(b"\r\n".join(lines) + b"\r\n\r\n")
        sent.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: sent.recv(65536), b""))

    assert answer == b"" or answer.split()[1] in {b"400", b"403", b"404"}


@fuzzing
@given(
    name=st.text(
        st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=255
    ).filter(str.strip)
)
def test_a_name_of_any_legal_characters_comes_back_as_it_was(glue, known, name):
    transform_id = glue.create_ml_transform(**people_transform(name))["TransformId"]

    assert glue.get_ml_transform(TransformId=transform_id)["Name"] == name
    assert glue.list_ml_transforms(Filter={"Name": name})["TransformIds"] == [transform_id]
    glue.delete_ml_transform(TransformId=transform_id)


def test_an_expression_cannot_keep_the_server_busy(glue, known):
    """Of the kind that takes a backtracking matcher longer than the universe has."""
    glue.create_table(DatabaseName="db", TableInput=people_table("a" * 255))

    assert glue.get_tables(DatabaseName="db", Expression="(a+)+b")["TableList"] == []
