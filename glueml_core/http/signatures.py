"""Who sent a request: AWS Signature Version 4, verified."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Self
from urllib.parse import parse_qsl, quote

from glueml_core.http.refusals import (
    IncompleteSignatureException,
    InvalidSignatureException,
    MissingAuthenticationTokenException,
    UnrecognizedClientException,
)

__all__ = ["Authorization", "HttpRequest", "Verifier", "signature_of"]

ALGORITHM = "AWS4-HMAC-SHA256"
SERVICE = "glue"
VALID_FOR = timedelta(minutes=5)
UNRESERVED = "-_.~"

_AUTHORIZATION = re.compile(
    rf"{ALGORITHM} +Credential=(?P<access_key_id>[^/,\s]+)/(?P<date>\d{{8}})"
    r"/(?P<region>[^/,\s]+)/(?P<service>[^/,\s]+)/aws4_request"
    r" *, *SignedHeaders=(?P<signed_headers>[^,\s]+) *, *Signature=(?P<signature>[0-9a-f]{64})"
)


@dataclass(frozen=True)
class HttpRequest:
    """
    A request as it came off the wire.

    Args:
        method: The HTTP method, in capitals.
        path: The path still percent-encoded.
        query: What follows the question mark, still percent-encoded; may be empty.
        headers: By lower-case name; the values of a repeated header joined by commas. Text is
            the wire's bytes read as Latin-1.
        body: The whole body.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Authorization:
    """What an `Authorization` header of Signature Version 4 says."""

    access_key_id: str
    date: str
    region: str
    service: str
    signed_headers: tuple[str, ...]
    signature: str

    @classmethod
    def parse(cls, header: str) -> Self:
        """Read the header's value; IncompleteSignatureException where a part is missing or odd."""
        match = _AUTHORIZATION.fullmatch(header.strip())
        if match is None:
            raise IncompleteSignatureException(
                f"Authorization header requires {ALGORITHM} with 'Credential' (key/date/region/"
                "service/aws4_request), 'SignedHeaders' and 'Signature' parameters."
            )

        parts = match.groupdict()
        names = tuple(parts.pop("signed_headers").lower().split(";"))
        return cls(signed_headers=names, **parts)

    @property
    def scope(self) -> str:
        """The day and place that the signing key is derived for."""
        return f"{self.date}/{self.region}/{self.service}/aws4_request"


@dataclass(frozen=True)
class Verifier:
    """
    Says whose key signed a request, or refuses it.

    A signature holds for five minutes to either side of its time, as at AWS; inside that window the
    same request may come again, which is what a client's own retry within one second looks like.

    Args:
        secrets: Secret access key by access key id.
        region: The region that credentials must be scoped to.
        now: The clock, with a time zone.
        service: The service that credentials must be scoped to.
    """

    secrets: Mapping[str, str] = field(repr=False)
    region: str
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    service: str = SERVICE

    def __call__(self, request: HttpRequest) -> str:
        """The access key id that signed `request`; an AuthenticationError when none did."""
        header = request.headers.get("authorization")
        if header is None:
            raise MissingAuthenticationTokenException("Missing Authentication Token")

        authorization = Authorization.parse(header)
        self._refuse_unsigned_headers(request, authorization)
        self._refuse_wrong_scope(request, authorization)
        self._refuse_wrong_time(request)
        secret = self.secrets.get(authorization.access_key_id)
        if secret is None or "x-amz-security-token" in request.headers:
            raise UnrecognizedClientException

        expected = signature_of(request, authorization, secret)
        if not hmac.compare_digest(expected, authorization.signature):
            raise InvalidSignatureException(
                "The request signature we calculated does not match the signature you provided. "
                "Check your AWS Secret Access Key and signing method. "
                "Consult the service documentation for details."
            )
        return authorization.access_key_id

    def _refuse_unsigned_headers(self, request: HttpRequest, authorization: Authorization) -> None:
        """The target and the time decide what is done and when: a signature must cover them."""
        must = {"host", "x-amz-date"} | {n for n in request.headers if n.startswith("x-amz-")}
        unsigned = sorted(must - set(authorization.signed_headers))
        if unsigned:
            raise InvalidSignatureException(
                f"'{unsigned[0]}' must be a 'SignedHeader' in the AWS Authorization."
            )

        missing = [n for n in authorization.signed_headers if n not in request.headers]
        if missing:
            raise IncompleteSignatureException(
                f"'{missing[0]}' is a 'SignedHeader' in the AWS Authorization, "
                "and there is no such header."
            )

    def _refuse_wrong_scope(self, request: HttpRequest, authorization: Authorization) -> None:
        if authorization.service != self.service:
            raise InvalidSignatureException(
                f"Credential should be scoped to correct service: '{self.service}'."
            )
        if authorization.region != self.region:
            raise InvalidSignatureException(
                f"Credential should be scoped to a valid region: '{self.region}'."
            )
        if not request.headers["x-amz-date"].startswith(authorization.date + "T"):
            raise InvalidSignatureException(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date."
            )

    def _refuse_wrong_time(self, request: HttpRequest) -> None:
        signed_on = _time_of(request.headers["x-amz-date"])
        now = self.now()
        minutes = VALID_FOR // timedelta(minutes=1)
        if signed_on < now - VALID_FOR:
            raise InvalidSignatureException(
                f"Signature expired: {_stamp(signed_on)} is now earlier than "
                f"{_stamp(now - VALID_FOR)} ({_stamp(now)} - {minutes} min.)"
            )
        if signed_on > now + VALID_FOR:
            raise InvalidSignatureException(
                f"Signature not yet current: {_stamp(signed_on)} is still later than "
                f"{_stamp(now + VALID_FOR)} ({_stamp(now)} + {minutes} min.)"
            )


def signature_of(request: HttpRequest, authorization: Authorization, secret: str) -> str:
    """
    The signature that `secret` gives the request, in hexadecimal.

    Source:
        AWS General Reference, "Create a signed AWS API request": canonical request, string to
        sign, signing key, signature.
    """
    canonical = _canonical_request(request, authorization.signed_headers).encode("latin-1")
    to_sign = "\n".join(
        [
            ALGORITHM,
            request.headers["x-amz-date"],
            authorization.scope,
            hashlib.sha256(canonical).hexdigest(),
        ]
    )
    key = b"AWS4" + secret.encode()
    for part in authorization.scope.split("/"):
        key = hmac.digest(key, part.encode("latin-1"), "sha256")
    return hmac.digest(key, to_sign.encode("latin-1"), "sha256").hex()


def _canonical_request(request: HttpRequest, signed_headers: tuple[str, ...]) -> str:
    # The body that came is what counts, whatever hash a header claims for it.
    body_hash = hashlib.sha256(request.body).hexdigest()
    headers = [f"{name}:{' '.join(request.headers[name].split())}\n" for name in signed_headers]
    return "\n".join(
        [
            request.method,
            quote(request.path, safe="/" + UNRESERVED, encoding="latin-1"),
            _canonical_query(request.query),
            "".join(headers),
            ";".join(signed_headers),
            body_hash,
        ]
    )


def _canonical_query(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True, encoding="latin-1")
    encoded = [
        [quote(part, safe=UNRESERVED, encoding="latin-1") for part in pair] for pair in pairs
    ]
    return "&".join(f"{name}={value}" for name, value in sorted(encoded))


def _time_of(stamp: str) -> datetime:
    try:
        return datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise IncompleteSignatureException(
            "Date must be in ISO-8601 'basic format'. Got other format in the X-Amz-Date header."
        ) from error


def _stamp(time: datetime) -> str:
    return time.strftime("%Y%m%dT%H%M%SZ")
