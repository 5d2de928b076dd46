"""AWS JSON 1.1: one request's headers and body, one answer's."""

from __future__ import annotations

import json
import logging
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from glueml_core.api.operations import call
from glueml_core.api.service_model import TARGET_PREFIX
from glueml_core.errors import GlueError, InternalServiceException, UnknownOperationException

if TYPE_CHECKING:
    from collections.abc import Mapping

    from glueml_core.api import Core

__all__ = ["CONTENT_TYPE", "WireAnswer", "answer", "refusal"]

CONTENT_TYPE = "application/x-amz-json-1.1"

_STATUS = {
    "IncompleteSignatureException": 403,
    "InternalServiceException": 500,
    "InvalidSignatureException": 403,
    "MissingAuthenticationTokenException": 403,
    "RequestEntityTooLargeException": 413,
    "ServiceUnavailableException": 503,
    "UnknownOperationException": 404,
    "UnrecognizedClientException": 403,
}
_DEFAULT_ERROR_STATUS = 400

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class WireAnswer:
    """An HTTP answer: status, headers, body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def answer(
    core: Core, headers: Mapping[str, str], body: bytes, request_id: str | None = None
) -> WireAnswer:
    """Answer a request that may be answered at all: who sends it is checked by the caller."""
    request_id = request_id or str(uuid.uuid4())
    try:
        content = call(core, _operation_name(headers), body)
    except GlueError as error:
        return refusal(error, request_id)
    # The last line of defense: a bug of ours ends one request, not the server.
    except Exception:  # noqa: BLE001
        _log.exception("Request %s failed", request_id)
        return refusal(InternalServiceException(f"Request {request_id} failed."), request_id)
    return WireAnswer(200, _headers(request_id), content)


def refusal(error: GlueError, request_id: str) -> WireAnswer:
    """An error as clients of every language read it: boto3 in the body, Go and Java in a header."""
    body = json.dumps({"__type": error.code, "Message": str(error)}).encode()
    headers = {**_headers(request_id), "x-amzn-ErrorType": error.code}
    return WireAnswer(_STATUS.get(error.code, _DEFAULT_ERROR_STATUS), headers, body)


def _operation_name(headers: Mapping[str, str]) -> str:
    target = {name.lower(): value for name, value in headers.items()}.get("x-amz-target", "")
    if not target.startswith(TARGET_PREFIX):
        raise UnknownOperationException(f"No operation is named by the target {target!r}.")
    return target.removeprefix(TARGET_PREFIX)


def _headers(request_id: str) -> dict[str, str]:
    return {"Content-Type": CONTENT_TYPE, "x-amzn-RequestId": request_id}
