"""Signatures, checked against signers that are not ours: botocore's, and AWS's own vectors."""

import hashlib
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given, settings
from hypothesis import strategies as st

from glueml_core.http.refusals import (
    AuthenticationError,
    IncompleteSignatureException,
    InvalidSignatureException,
    MissingAuthenticationTokenException,
    UnrecognizedClientException,
)
from glueml_core.http.signatures import HttpRequest, Verifier

KEY_ID = "AKIDEXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
REGION = "us-east-1"

BOTO3_HEADERS = {
    "Content-Type": "application/x-amz-json-1.1",
    "X-Amz-Target": "AWSGlue.GetMLTransforms",
}
GO_SDK_HEADERS = BOTO3_HEADERS | {
    "Accept-Encoding": "gzip",
    "Amz-Sdk-Invocation-Id": "5b6a2a1b-2b7e-4f0e-9d70-1a2b3c4d5e6f",
    "Amz-Sdk-Request": "attempt=1; max=25",
    "Content-Length": "2",
    "User-Agent": "aws-sdk-go-v2/1.36.3 ua/2.1 os/linux lang/go#1.23.8 md/GOOS#linux",
}


def signed(
    headers=BOTO3_HEADERS,
    body=b"{}",
    url="http://localhost:4568/",
    region=REGION,
    service="glue",
    token=None,
    secret=SECRET,
):
    """The request as botocore's signer sends it."""
    request = AWSRequest("POST", url, headers=dict(headers), data=body)
    SigV4Auth(Credentials(KEY_ID, secret, token), service, region).add_auth(request)
    prepared = request.prepare()
    split = urlsplit(url)
    received = {name.lower(): str(_text(value)) for name, value in prepared.headers.items()}
    received["host"] = split.netloc
    return HttpRequest("POST", split.path or "/", split.query, received, body)


def _text(value):
    return value.decode() if isinstance(value, bytes) else value


def changed(request, body=None, drop=(), **headers):
    kept = {name: value for name, value in request.headers.items() if name not in drop}
    renamed = {name.replace("_", "-"): value for name, value in headers.items()}
    return HttpRequest(
        request.method,
        request.path,
        request.query,
        kept | renamed,
        request.body if body is None else body,
    )


@pytest.fixture
def verify():
    return Verifier({KEY_ID: SECRET}, REGION)


def verify_at(offset):
    return Verifier({KEY_ID: SECRET}, REGION, now=lambda: datetime.now(UTC) + offset)


class TestASignedRequest:
    @pytest.mark.parametrize("headers", [BOTO3_HEADERS, GO_SDK_HEADERS], ids=["boto3", "go"])
    def test_is_accepted_whatever_headers_the_client_signs(self, verify, headers):
        assert verify(signed(headers)) == KEY_ID

    def test_is_accepted_with_a_query_and_an_odd_path(self, verify):
        """A proxy in front may add both; both are part of what is signed."""
        request = signed(url="http://localhost:4568/glue%20ml/?b=2&a=%C3%A9&a=1&empty=")

        assert verify(request) == KEY_ID

    def test_is_accepted_again_within_its_window(self, verify):
        """Two attempts of one client within a second are the same bytes."""
        request = signed()

        assert verify(request) == verify(request) == KEY_ID

    @pytest.mark.parametrize("minutes", [-4, 4])
    def test_is_accepted_from_a_clock_that_is_a_little_off(self, minutes):
        assert verify_at(timedelta(minutes=minutes))(signed()) == KEY_ID


class TestARefusedRequest:
    def test_without_a_signature(self, verify):
        with pytest.raises(MissingAuthenticationTokenException):
            verify(changed(signed(), drop=["authorization"]))

    def test_of_an_unknown_key(self):
        with pytest.raises(UnrecognizedClientException, match="security token"):
            Verifier({"AKIDOTHER": SECRET}, REGION)(signed())

    def test_of_a_wrong_secret(self, verify):
        with pytest.raises(InvalidSignatureException, match="does not match"):
            verify(signed(secret=SECRET[::-1]))

    def test_with_a_session_token_that_nobody_issued(self, verify):
        with pytest.raises(UnrecognizedClientException):
            verify(signed(token="FwoGZXIvYXdzE"))

    def test_with_another_body(self, verify):
        with pytest.raises(InvalidSignatureException, match="does not match"):
            verify(changed(signed(), body=b'{"MaxResults":1}'))

    def test_with_another_body_whose_hash_it_claims(self, verify):
        """The hash is taken of what came, not of what a header says came."""
        body_hash = hashlib.sha256(b"{}").hexdigest()
        request = signed(BOTO3_HEADERS | {"X-Amz-Content-SHA256": body_hash})

        assert verify(request) == KEY_ID
        with pytest.raises(InvalidSignatureException):
            verify(changed(request, body=b'{"MaxResults":1}'))

    def test_with_another_target(self, verify):
        with pytest.raises(InvalidSignatureException, match="does not match"):
            verify(changed(signed(), x_amz_target="AWSGlue.DeleteMLTransform"))

    def test_with_a_target_that_the_signature_leaves_out(self, verify):
        without_target = signed({"Content-Type": BOTO3_HEADERS["Content-Type"]})

        with pytest.raises(InvalidSignatureException, match="'x-amz-target' must be"):
            verify(changed(without_target, x_amz_target="AWSGlue.DeleteMLTransform"))

    def test_whose_signed_header_was_lost(self, verify):
        with pytest.raises(IncompleteSignatureException, match="'amz-sdk-request'"):
            verify(changed(signed(GO_SDK_HEADERS), drop=["amz-sdk-request"]))

    @pytest.mark.parametrize("minutes", [6, 60 * 24 * 7])
    def test_replayed_after_its_window(self, minutes):
        with pytest.raises(InvalidSignatureException, match=r"Signature expired: \d{8}T\d{6}Z"):
            verify_at(timedelta(minutes=minutes))(signed())

    def test_from_the_future(self):
        with pytest.raises(InvalidSignatureException, match="Signature not yet current"):
            verify_at(-timedelta(minutes=6))(signed())

    def test_dated_anew_by_somebody_else(self, verify):
        later = (datetime.now(UTC) + timedelta(seconds=100)).strftime("%Y%m%dT%H%M%SZ")

        with pytest.raises(InvalidSignatureException):
            verify(changed(signed(), x_amz_date=later))

    def test_for_another_region(self, verify):
        with pytest.raises(InvalidSignatureException, match="valid region: 'us-east-1'"):
            verify(signed(region="eu-west-1"))

    def test_for_another_service(self, verify):
        with pytest.raises(InvalidSignatureException, match="correct service: 'glue'"):
            verify(signed(service="s3"))

    @pytest.mark.parametrize(
        "authorization",
        [
            "",
            "Bearer token",
            "AWS4-HMAC-SHA256",
            "AWS4-HMAC-SHA256 Credential=AKID, SignedHeaders=host, Signature=" + "0" * 64,
            (
                "AWS4-HMAC-SHA256 Credential=AKID/20261123/us-east-1/glue/aws4_request, "
                "SignedHeaders=host, Signature=zz"
            ),
            "AWS4-HMAC-SHA256 " * 1000,
        ],
    )
    def test_with_something_else_for_a_signature(self, verify, authorization):
        with pytest.raises(IncompleteSignatureException):
            verify(changed(signed(), authorization=authorization))

    @pytest.mark.parametrize("stamp", ["", "now", "2026-11-23T09:35:12Z", "99999999T999999Z"])
    def test_with_something_else_for_a_date(self, verify, stamp):
        with pytest.raises(AuthenticationError):
            verify(changed(signed(), x_amz_date=stamp))

    # No deadline: on a busy machine any one example may take long.
    @settings(deadline=None)
    @given(data=st.data())
    def test_with_any_one_character_changed(self, data):
        """What is signed holds; what is not signed does not matter."""
        request = signed(GO_SDK_HEADERS)
        name = data.draw(st.sampled_from(sorted(set(request.headers) - {"user-agent"})))
        value = request.headers[name]
        at = data.draw(st.integers(0, len(value) - 1))
        # White space and the letter case of a header's name are not signed.
        other = data.draw(st.sampled_from("az09/=;").filter(lambda c: c != value[at]))
        tampered = value[:at] + other + value[at + 1 :]

        with pytest.raises(AuthenticationError):
            Verifier({KEY_ID: SECRET}, REGION)(
                HttpRequest("POST", "/", "", request.headers | {name: tampered}, request.body)
            )


class TestTheVectorsThatAWSPublishes:
    """From the signature test suite: service "service", 30 August 2015."""

    VECTORS = (
        ("GET", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("POST", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
    )

    @pytest.mark.parametrize(("method", "signature"), VECTORS)
    def test_are_accepted(self, method, signature):
        verify = Verifier(
            {KEY_ID: SECRET},
            REGION,
            now=lambda: datetime(2015, 8, 30, 12, 36, tzinfo=UTC),
            service="service",
        )
        headers = {
            "host": "example.amazonaws.com",
            "x-amz-date": "20150830T123600Z",
            "authorization": (
                f"AWS4-HMAC-SHA256 Credential={KEY_ID}/20150830/us-east-1/service/aws4_request, "
                f"SignedHeaders=host;x-amz-date, Signature={signature}"
            ),
        }

        assert verify(HttpRequest(method, "/", "", headers, b"")) == KEY_ID


def test_a_verifier_does_not_show_its_secrets():
    assert SECRET not in repr(Verifier({KEY_ID: SECRET}, REGION))
