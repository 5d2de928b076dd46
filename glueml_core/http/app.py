"""The endpoint as an ASGI application."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from uuid import uuid4

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from glueml_core.api import Core
from glueml_core.api.operations import operations
from glueml_core.errors import GlueError, InternalServiceException, UnknownOperationException
from glueml_core.http.body import Bounds
from glueml_core.http.door import Door
from glueml_core.http.health import health_routes
from glueml_core.http.metrics import Metrics
from glueml_core.http.recovery import recovering
from glueml_core.http.signatures import Verifier
from glueml_core.http.wire import answer, refusal

__all__ = ["build_app"]


def build_app(core: Core, secrets: Mapping[str, str], bounds: Bounds | None = None) -> Starlette:
    """
    AWS JSON 1.1 at `/`, and what an operator asks for beside it.

    Args:
        core: What stands behind the operations.
        secrets: Secret access key by access key id; with none, no signature is asked for.
        bounds: How much of a request is read.
    """
    metrics = Metrics(core.store.census)
    door = Door(
        answer=partial(answer, core),
        operations=frozenset(operations()),
        verifier=Verifier(secrets, core.settings.region) if secrets else None,
        metrics=metrics,
        bounds=bounds or Bounds(),
    )
    return Starlette(
        routes=[
            Route("/", door.handle, methods=["POST"]),
            *health_routes(core.store.census, metrics),
        ],
        exception_handlers={HTTPException: _nothing_here, Exception: _our_bug},
        lifespan=recovering(core.recover),
    )


async def _nothing_here(request: Request, _error: Exception) -> Response:
    return _refuse(UnknownOperationException("Only POST / is served here."))


async def _our_bug(_request: Request, _error: Exception) -> Response:
    return _refuse(InternalServiceException("The server could not answer."))


def _refuse(error: GlueError) -> Response:
    reply = refusal(error, str(uuid4()))
    return Response(reply.body, reply.status, reply.headers)
