"""The endpoint on a socket, in a thread of the test's own process."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import boto3
import uvicorn
from botocore.config import Config
from starlette.types import ASGIApp

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


@contextmanager
def listening(app: ASGIApp) -> Iterator[str]:
    """The address of a server that answers with `app`."""
    at = server.bind("127.0.0.1", 0, {})
    running = uvicorn.Server(uvicorn.Config(app, http="h11", log_config=None))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [at]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{at.getsockname()[1]}"
    finally:
        running.should_exit = True
        thread.join()


def glue_client(url: str, secret: str = SECRET, **config: Any) -> Any:
    """An ordinary boto3 client, but for its endpoint."""
    return boto3.Session().client(
        "glue",
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id=KEY_ID,
        aws_secret_access_key=secret,
        config=Config(**config),
    )
