"""A client that costs next to nothing: what is measured with it is the server."""

from __future__ import annotations

import json
import socket
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from glueml_core.http.signatures import ALGORITHM, Authorization, HttpRequest, signature_of

__all__ = ["LeanClient"]

_CONTENT_TYPE = "application/x-amz-json-1.1"
_SIGNED = ("content-type", "host", "x-amz-date", "x-amz-target")
_CHUNK = 1 << 16


class LeanClient:
    """
    Signs and sends requests over one connection, and reads the answers, by hand.

    Unlike boto3 it checks no request, reads no timestamp and tries nothing again.

    Args:
        url: The endpoint.
        access_key_id: Whose requests they are; empty for a server without keys.
        secret: The secret of that key.
        region: That the credentials are scoped to.
    """

    def __init__(self, url: str, access_key_id: str, secret: str, region: str) -> None:
        parts = urlsplit(url)
        self._host = parts.netloc
        self._address = (parts.hostname or "", parts.port or 80)
        self._access_key_id = access_key_id
        self._secret = secret
        self._region = region
        self._socket: socket.socket | None = None

    def __call__(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        """The answer to one request; a ClientError where it is refused."""
        body = json.dumps(request).encode()
        if self._socket is None:
            self._socket = socket.create_connection(self._address, timeout=60)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(self._head(operation, body) + body)
        status, content = self._answer(self._socket)
        answer: dict[str, Any] = json.loads(content)
        if status != 200:
            error = {"Code": answer["__type"], "Message": answer["Message"]}
            raise ClientError({"Error": error}, operation)
        return answer

    def _head(self, operation: str, body: bytes) -> bytes:
        headers = {
            "content-type": _CONTENT_TYPE,
            "host": self._host,
            "x-amz-date": datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ"),
            "x-amz-target": f"AWSGlue.{operation}",
        }
        if self._access_key_id:
            headers["authorization"] = self._authorization(headers, body)
        headers["content-length"] = str(len(body))
        lines = [f"{name}: {value}\r\n" for name, value in headers.items()]
        return f"POST / HTTP/1.1\r\n{''.join(lines)}\r\n".encode()

    def _authorization(self, headers: dict[str, str], body: bytes) -> str:
        day = headers["x-amz-date"][:8]
        said = Authorization(self._access_key_id, day, self._region, "glue", _SIGNED, "")
        request = HttpRequest("POST", "/", "", headers, body)
        return (
            f"{ALGORITHM} Credential={self._access_key_id}/{said.scope}, "
            f"SignedHeaders={';'.join(_SIGNED)}, "
            f"Signature={signature_of(request, said, self._secret)}"
        )

    def _answer(self, connection: socket.socket) -> tuple[int, bytes]:
        received = bytearray()
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += self._more(connection)
        head = bytes(received[:end]).decode("latin-1").lower()
        length = int(head.partition("content-length:")[2].partition("\r\n")[0])
        while len(received) < end + 4 + length:
            received += self._more(connection)
        return int(head.split(" ", 2)[1]), bytes(received[end + 4 :])

    def _more(self, connection: socket.socket) -> bytes:
        chunk = connection.recv(_CHUNK)
        if not chunk:
            raise ConnectionError("The server closed the connection in the midst of an answer.")
        return chunk
