"""The guard before all pages: who may call, and what a page may do in the browser."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from glueml_core.http.loopback import refuse_foreign_host
from glueml_core.http.refusals import DoorError

__all__ = ["Guard"]

# Nothing from elsewhere, and no script but our own files: whatever a cell holds stays text.
CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    ]
)

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@dataclass(frozen=True)
class Guard:
    """
    Turns away who must not see the pages, and adds the headers that fence them in.

    Args:
        app: The pages.
        loopback_only: There are no keys: only this machine, by a name of its own, is let in.
    """

    app: ASGIApp
    loopback_only: bool

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_fenced(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        answer = self._refusal(Headers(scope=scope)) or self.app
        await answer(scope, receive, send_fenced)

    def _refusal(self, headers: Headers) -> ASGIApp | None:
        if self.loopback_only:
            try:
                refuse_foreign_host(headers)
            except DoorError as error:
                return PlainTextResponse(str(error), 403)
        return None
