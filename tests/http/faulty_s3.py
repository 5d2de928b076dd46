"""S3 with faults: a proxy before a working one, which fails as it is told."""

from __future__ import annotations

import asyncio

import httpx
from starlette.types import Receive, Scope, Send

Answer = tuple[int, list[tuple[bytes, bytes]], bytes]


class FaultyS3:
    """
    Hands requests on to S3, and fails those of some HTTP methods.

    Args:
        url: The S3 that works.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._faults: dict[str, tuple[str, int, int]] = {}
        self.failed = 0

    def fail(self, method: str, how: str, times: int = 1_000_000, after: int = 0) -> None:
        """
        Fail `method` the next `times`, once `after` more of its requests have gone well.

        A fault is a "503", a "cut" in mid-body, or to "stall": no answer until all is mended.
        """
        self.failed = 0
        self._faults[method] = (how, times, after)

    def mend(self) -> None:
        self._faults.clear()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        fault = self._next_fault(scope["method"])
        body = await _body(receive)
        if fault == "503":
            await self._busy(send)
        elif fault == "stall":
            while self._faults:
                await asyncio.sleep(0.02)
            _cut(send)
        elif fault == "cut" and scope["method"] != "GET":
            _cut(send)
        else:
            status, headers, body = await self._ask(scope, body)
            await send({"type": "http.response.start", "status": status, "headers": headers})
            if fault == "cut":
                half = {"type": "http.response.body", "body": body[: len(body) // 2]}
                await send({**half, "more_body": True})
                _cut(send)
            else:
                await send({"type": "http.response.body", "body": body})

    def _next_fault(self, method: str) -> str | None:
        how, left, after = self._faults.get(method, (None, 0, 0))
        if how is None or left == 0:
            return None
        self._faults[method] = (how, left - (after == 0), max(after - 1, 0))
        if after:
            return None
        self.failed += 1
        return how

    async def _busy(self, send: Send) -> None:
        body = b"<Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>"
        headers = [(b"content-type", b"application/xml")]
        await send({"type": "http.response.start", "status": 503, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _ask(self, scope: Scope, body: bytes) -> Answer:
        path = scope["raw_path"].decode() + "?" + scope["query_string"].decode()
        headers = [(name, value) for name, value in scope["headers"] if name != b"host"]
        async with httpx.AsyncClient(timeout=60) as client:
            answer = await client.request(
                scope["method"], self._url + path, headers=headers, content=body
            )
        kept = [(n.lower(), v) for n, v in answer.headers.raw if n.lower() != b"transfer-encoding"]
        return answer.status_code, kept, answer.content


async def _body(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return body


def _cut(send: Send) -> None:
    # ASGI has no word for it, so ask uvicorn's own end of the line.
    send.__self__.transport.abort()
