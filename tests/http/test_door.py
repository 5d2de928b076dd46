"""Who is let in, what is turned away, and that every answer is one an AWS client can read."""

from __future__ import annotations

import http.client
import json
import socket
from urllib.parse import urlsplit

import httpx
import pytest
from botocore.exceptions import ClientError
from uvicorn.protocols.http.h11_impl import DEFAULT_MAX_INCOMPLETE_EVENT_SIZE

from glueml_core.api import Core
from glueml_core.http.body import Bounds
from glueml_core.settings import Settings
from glueml_core.store import Store
from tests.http.conftest import RunnerWithoutHands
from tests.http.serving import KEY_ID, SECRET, glue_client, serving

JSON_1_1 = "application/x-amz-json-1.1"
LIST = {"Content-Type": JSON_1_1, "X-Amz-Target": "AWSGlue.ListMLTransforms"}


@pytest.fixture(scope="module")
def core(tmp_path_factory):
    """One for all tests here, as none of them changes anything."""
    settings = Settings(store=tmp_path_factory.mktemp("store"))
    opened = Core(Store.open(settings), settings, RunnerWithoutHands())
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def url(core):
    """An endpoint that asks for signatures."""
    with serving(core, {KEY_ID: SECRET}) as address:
        yield address


@pytest.fixture(scope="module")
def open_url(core):
    """An endpoint that asks for nothing."""
    with serving(core, bounds=Bounds(body_bytes=10_000, body_timeout_s=0.5)) as address:
        yield address


def error_of(answer):
    """The code that clients of all languages find in an answer."""
    body = json.loads(answer.content)
    assert answer.headers["x-amzn-ErrorType"] == body["__type"]
    assert answer.headers["Content-Type"] == JSON_1_1
    assert answer.headers["x-amzn-RequestId"]
    assert body["Message"]
    return answer.status_code, body["__type"]


class TestWithKeys:
    def test_a_client_with_the_right_key_is_answered(self, glue):
        assert glue.list_ml_transforms()["TransformIds"] == []

    def test_a_client_with_a_wrong_secret_is_not(self, url):
        with pytest.raises(ClientError) as refusal:
            glue_client(url, secret="wrong").list_ml_transforms()

        assert refusal.value.response["Error"]["Code"] == "InvalidSignatureException"
        assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403

    def test_a_request_without_a_signature_is_not(self, url):
        answer = httpx.post(url, headers=LIST, content=b"{}")

        assert error_of(answer) == (403, "MissingAuthenticationTokenException")

    def test_nobody_learns_what_operations_there_are_without_a_key(self, url):
        headers = LIST | {"X-Amz-Target": "AWSGlue.NoSuchThing"}

        assert (
            error_of(httpx.post(url, headers=headers))[1] == "MissingAuthenticationTokenException"
        )

    def test_any_name_of_the_server_will_do(self, url):
        """Behind a load balancer or in a container it goes by names that it does not know."""
        port = urlsplit(url).port
        assert glue_client(f"http://localhost:{port}").list_ml_transforms()["TransformIds"] == []


class TestWithoutKeys:
    def test_any_signature_will_do(self, open_url):
        assert glue_client(open_url, secret="any").list_ml_transforms()["TransformIds"] == []

    @pytest.mark.parametrize("host", ["localhost", "glue.localhost:4568", "127.0.0.1", "[::1]:80"])
    def test_this_machine_may_go_by_its_own_names(self, open_url, host):
        answer = httpx.post(open_url, headers=LIST | {"Host": host}, content=b"{}")

        assert answer.json() == {"TransformIds": []}

    @pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:80", "10.0.0.1", ""])
    def test_a_web_page_that_goes_by_a_name_of_its_own_is_refused(self, open_url, host):
        """A page elsewhere can have its name resolve to 127.0.0.1, and a browser send it here."""
        answer = httpx.post(open_url, headers=LIST | {"Host": host}, content=b"{}")

        assert error_of(answer) == (403, "MissingAuthenticationTokenException")


class TestTheProtocol:
    @pytest.mark.behavior(2)
    @pytest.mark.parametrize(
        "target", ["", "AWSGlue", "AWSGlue.", "AWSGlue.NoSuchThing", "DynamoDB_20120810.ListTables"]
    )
    def test_an_unknown_target_is_not_found(self, open_url, target):
        answer = httpx.post(open_url, headers=LIST | {"X-Amz-Target": target}, content=b"{}")

        assert error_of(answer) == (404, "UnknownOperationException")

    @pytest.mark.parametrize("content_type", ["application/json", "text/plain", ""])
    def test_another_content_type_finds_no_operation(self, open_url, content_type):
        headers = LIST | {"Content-Type": content_type}

        assert error_of(httpx.post(open_url, headers=headers, content=b"{}")) == (
            404,
            "UnknownOperationException",
        )

    def test_a_charset_beside_the_content_type_does_no_harm(self, open_url):
        headers = LIST | {"Content-Type": f"{JSON_1_1}; charset=UTF-8"}

        assert httpx.post(open_url, headers=headers, content=b"{}").status_code == 200

    @pytest.mark.parametrize(
        "body", [b"{", b"[]", b"null", b'"text"', b"\xff\xfe", b'{"MaxResults": NaN}', b"[" * 9999]
    )
    def test_a_body_that_is_no_json_object_cannot_be_read(self, open_url, body):
        answer = httpx.post(open_url, headers=LIST, content=body)

        assert error_of(answer) == (400, "SerializationException")

    @pytest.mark.parametrize(("method", "path"), [("GET", "/"), ("PUT", "/"), ("POST", "/glue")])
    def test_elsewhere_there_is_nothing(self, open_url, method, path):
        answer = httpx.request(method, open_url + path)

        assert error_of(answer) == (404, "UnknownOperationException")

    def test_each_answer_has_an_id_of_its_own(self, glue):
        ids = {
            glue.list_ml_transforms()["ResponseMetadata"]["RequestId"],
            glue.list_ml_transforms()["ResponseMetadata"]["RequestId"],
        }
        assert len(ids) == 2


class TestBounds:
    @pytest.mark.parametrize("length", [10_001, 3_000_000])
    def test_a_body_that_is_too_long_is_refused_after_it_was_read(self, open_url, length):
        """A client that is still sending would see a broken pipe instead of the answer."""
        answer = httpx.post(open_url, headers=LIST, content=b" " * length)

        assert error_of(answer) == (413, "RequestEntityTooLargeException")

    def test_a_body_in_chunks_is_measured_too(self, open_url):
        answer = httpx.post(open_url, headers=LIST, content=(b" " * 100 for _ in range(200)))

        assert error_of(answer) == (413, "RequestEntityTooLargeException")

    def test_a_body_that_does_not_come_is_not_waited_for_for_ever(self, open_url):
        address = urlsplit(open_url)
        slow = http.client.HTTPConnection(address.hostname, address.port, timeout=30)
        slow.putrequest("POST", "/")
        for name, value in (LIST | {"Content-Length": "10"}).items():
            slow.putheader(name, value)
        slow.endheaders(b"{")

        answer = slow.getresponse()

        assert answer.status == 400
        assert answer.headers["x-amzn-ErrorType"] == "RequestTimeoutException"

    def test_a_client_that_goes_away_in_the_middle_harms_nobody(self, open_url):
        address = urlsplit(open_url)
        for _ in range(10):
            with socket.create_connection((address.hostname, address.port)) as gone:
                gone.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\n{")

        assert httpx.post(open_url, headers=LIST, content=b"{}").status_code == 200

    def test_headers_without_end_are_refused(self, open_url):
        """No byte follows the one too many: it would find the connection closed and reset it."""
        address = urlsplit(open_url)
        endless = b"POST / HTTP/1.1\r\nHost: localhost\r\nX-Long: "
        endless += b"x" * (DEFAULT_MAX_INCOMPLETE_EVENT_SIZE + 1 - len(endless))

        with socket.create_connection((address.hostname, address.port)) as client:
            client.sendall(endless)
            answer = http.client.HTTPResponse(client)
            answer.begin()

        assert answer.status == 400

    def test_more_requests_than_fit_are_sent_away_to_come_again(self, core):
        with serving(core, bounds=Bounds(requests=0)) as url:
            answer = httpx.post(url, headers=LIST, content=b"{}")

        assert error_of(answer) == (503, "ServiceUnavailableException")
