"""The door: a request is let in or turned away, answered, and taken note of."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import uuid4

from anyio import CapacityLimiter, to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from glueml_core.errors import GlueError, UnknownOperationException
from glueml_core.http.body import Bounds, read_body
from glueml_core.http.logs import REQUEST_ID
from glueml_core.http.loopback import refuse_foreign_host
from glueml_core.http.metrics import Metrics
from glueml_core.http.refusals import ServiceUnavailableException
from glueml_core.http.signatures import HttpRequest, Verifier
from glueml_core.http.wire import CONTENT_TYPE, WireAnswer, refusal

__all__ = ["Door"]

log = logging.getLogger("glueml.requests")


@dataclass
class Door:
    """
    What the endpoint does with a request.

    Args:
        answer: The wire of a core: headers, body and request id to an answer.
        operations: The names that logs and metrics may show; a caller's inventions are "unknown".
        verifier: Knows the callers' keys; without one, this machine is trusted and no other.
        metrics: Where answers are counted.
        bounds: How much of it all there may be.
    """

    answer: Callable[[Mapping[str, str], bytes, str], WireAnswer]
    operations: frozenset[str]
    verifier: Verifier | None
    metrics: Metrics
    bounds: Bounds

    def __post_init__(self) -> None:
        self._under_way = 0
        self._readers = CapacityLimiter(self.bounds.readers)
        self._writers = CapacityLimiter(self.bounds.writers)

    async def handle(self, request: Request) -> Response:
        """The answer to one request."""
        started = time.perf_counter()
        request_id = str(uuid4())
        REQUEST_ID.set(request_id)
        caller = None
        self._under_way += 1
        try:
            self._refuse_overload()
            received = await _receive(request, self.bounds)
            caller = self._admit(received)
            _refuse_other_protocols(received)
            reply = await self._answer(received, request_id)
        except GlueError as error:
            reply = refusal(error, request_id)
        except ClientDisconnect:
            log.info("The client went away before its request had arrived.")
            return Response(status_code=400)
        finally:
            self._under_way -= 1

        self._note(request, reply, caller, time.perf_counter() - started)
        return Response(reply.body, reply.status, reply.headers)

    def _admit(self, received: HttpRequest) -> str | None:
        """The caller's access key id; None where nobody needs one."""
        if self.verifier is not None:
            return self.verifier(received)
        refuse_foreign_host(received.headers)
        return None

    def _refuse_overload(self) -> None:
        if self._under_way > self.bounds.requests:
            raise ServiceUnavailableException("The server has too many requests at once.")

    async def _answer(self, received: HttpRequest, request_id: str) -> WireAnswer:
        reads = _operation_of(received.headers).startswith(("Get", "List"))
        return await to_thread.run_sync(
            self.answer,
            received.headers,
            received.body,
            request_id,
            limiter=self._readers if reads else self._writers,
        )

    def _note(
        self, request: Request, reply: WireAnswer, caller: str | None, seconds: float
    ) -> None:
        target = _operation_of(request.headers)
        operation = target if target in self.operations else "unknown"
        error = reply.headers.get("x-amzn-ErrorType", "")
        self.metrics.count(operation, reply.status, error, seconds)
        facts = {
            "operation": operation,
            "status": reply.status,
            "error": error or None,
            "duration_ms": round(seconds * 1000, 1),
            "access_key_id": caller,
            "client": request.client.host if request.client else None,
        }
        log.info("%s %d %s", operation, reply.status, error, extra={"facts": facts})


def _operation_of(headers: Mapping[str, str]) -> str:
    """What the target names, be it an operation or not."""
    return headers.get("x-amz-target", "").rpartition(".")[2]


async def _receive(request: Request, bounds: Bounds) -> HttpRequest:
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    return HttpRequest(
        method=request.method,
        path=request.scope["raw_path"].decode("latin-1"),
        query=request.scope["query_string"].decode("latin-1"),
        headers=headers,
        body=await read_body(request, bounds),
    )


def _refuse_other_protocols(received: HttpRequest) -> None:
    """AWS finds a protocol by the content type, and no operation where it does not know it."""
    content_type = received.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != CONTENT_TYPE:
        raise UnknownOperationException(f"The content type must be {CONTENT_TYPE}.")
