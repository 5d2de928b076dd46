"""The endpoint on a socket, in a thread of the test's own process."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal

import boto3
import uvicorn
from botocore.config import Config
from starlette.types import ASGIApp, Receive, Scope, Send

from glueml_core.api import Core
from glueml_core.http import server
from glueml_core.http.app import build_app
from glueml_core.http.body import Bounds

KEY_ID = "AKIDEXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
REGION = "us-east-1"


@contextmanager
def serving(
    core: Core, secrets: Mapping[str, str] | None = None, bounds: Bounds | None = None
) -> Iterator[str]:
    """The address of an endpoint for `core`."""
    with listening(build_app(core, secrets or {}, bounds)) as url:
        yield url


class Turntable:
    """An application that hands on to another: one server, and its client, for many cores."""

    def __init__(self) -> None:
        self._app: ASGIApp | None = None

    def serve(self, core: Core) -> None:
        """Answer for `core` from now on."""
        self._app = build_app(core, {KEY_ID: SECRET})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self._app is not None
        await self._app(scope, receive, send)


@contextmanager
def listening(app: ASGIApp, lifespan: Literal["on", "off"] = "on", port: int = 0) -> Iterator[str]:
    """The address of a server that answers with `app`."""
    at = server.bind("127.0.0.1", port, {})
    config = uvicorn.Config(app, http="h11", log_config=None, lifespan=lifespan)
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [at]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{at.getsockname()[1]}"
    finally:
        running.should_exit = True
        thread.join()


# A session reads botocore's models once.
_session = boto3.Session()


def glue_client(url: str, secret: str = SECRET, **config: Any) -> Any:
    """An ordinary boto3 client, but for its endpoint."""
    return _session.client(
        "glue",
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id=KEY_ID,
        aws_secret_access_key=secret,
        config=Config(**config),
    )
