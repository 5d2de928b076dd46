"""A request's body, read within bounds."""

from __future__ import annotations

from dataclasses import dataclass

import anyio
from starlette.requests import Request

from glueml_core.http.refusals import RequestEntityTooLargeException, RequestTimeoutException

__all__ = ["Bounds", "read_body"]


@dataclass(frozen=True)
class Bounds:
    """
    How much the server takes upon itself.

    Args:
        body_bytes: Length of a body; the longest there is defines a catalog table.
        body_timeout_s: Time for the whole body to arrive.
        requests: Requests at once, all in memory; more are sent away, to come again.
        readers: Requests that only read, worked on at once. More threads than that spend their time
            on handing the interpreter to each other.
        writers: Requests that may write, worked on at once. They wait for each other, and must not
            keep readers waiting. A store's pool has a connection for each reader and writer.
    """

    body_bytes: int = 5 * 2**20
    body_timeout_s: float = 30
    requests: int = 256
    readers: int = 4
    writers: int = 8


async def read_body(request: Request, bounds: Bounds) -> bytes:
    """
    The whole body.

    What is too long is read to its end and thrown away, within the time a body has: a client that
    is still sending would not see the answer.

    Raises:
        RequestEntityTooLargeException: It is longer than `bounds` allow.
        RequestTimeoutException: It did not arrive in time.
    """
    body = bytearray()
    length = 0
    with anyio.move_on_after(bounds.body_timeout_s) as deadline:
        async for chunk in request.stream():
            length += len(chunk)
            if length <= bounds.body_bytes:
                body += chunk

    if length > bounds.body_bytes:
        raise RequestEntityTooLargeException(
            f"Request body must be no longer than {bounds.body_bytes} bytes."
        )
    if deadline.cancelled_caught:
        raise RequestTimeoutException(
            f"The request body did not arrive within {bounds.body_timeout_s:g} seconds."
        )
    return bytes(body)
