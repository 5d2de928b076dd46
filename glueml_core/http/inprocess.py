"""The door within the process: an unmodified boto3 client, and no socket."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import boto3
import botocore.session
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.loaders import Loader, create_loader

from glueml_core.api import Core
from glueml_core.http.wire import answer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.awsrequest import AWSPreparedRequest

__all__ = ["Responder", "connect", "core_of"]

# Never looked up: the responder answers before anything is sent.
_ENDPOINT = "http://glueml.invalid"

_cores: WeakKeyDictionary[Any, Core] = WeakKeyDictionary()


@dataclass(frozen=True)
class Responder:
    """Answers a boto3 client's requests: register it for `before-send.glue`."""

    core: Core

    def __call__(self, request: AWSPreparedRequest, **kwargs: Any) -> AWSResponse:
        """The answer that a socket would have brought."""
        body = request.body or b""
        content = body.encode() if isinstance(body, str) else bytes(body)
        headers = {name: _text(value) for name, value in request.headers.items()}
        reply = answer(self.core, headers, content)
        return AWSResponse(request.url, reply.status, dict(reply.headers), _Content(reply.body))


def connect(store: str | Path | Core | None = None) -> Any:
    """
    A boto3 Glue client that is answered in this process.

    Args:
        store: A folder, or the core that has it open; else `GLUEML_HOME`, else `.glueml` here.
    """
    core = store if isinstance(store, Core) else Core.open(store)
    # Neither a profile nor credentials of the environment have a say: nothing is sent to AWS.
    own = botocore.session.Session(session_vars={"profile": (None, None, None, None)})
    own.register_component("data_loader", _model_loader())
    client = boto3.Session(botocore_session=own).client(
        "glue",
        region_name=core.settings.region,
        endpoint_url=_ENDPOINT,
        aws_access_key_id="glueml",
        aws_secret_access_key="glueml",
        # No answer gets lost on its way here. With a single attempt, boto3 would end every
        # error's text with "(reached max retries: 0)".
        config=Config(retries={"mode": "standard", "total_max_attempts": 2}),
    )
    client.meta.events.register("before-send.glue", Responder(core))
    _cores[client] = core
    return client


def core_of(client: Any) -> Core:
    """
    The core behind a client that `connect` gave.

    Raises:
        ValueError: The client has another origin.
    """
    core = _cores.get(client)
    if core is None:
        raise ValueError("The client was not made by glueml_core.connect().")
    return core


@cache
def _model_loader() -> Loader:
    """One for all clients: it reads botocore's models once, which takes most of a connect."""
    return create_loader()


@dataclass(frozen=True)
class _Content:
    """What botocore reads a body from."""

    body: bytes

    def stream(self) -> Iterator[bytes]:
        yield self.body


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
