"""What an operator's machinery asks: does the server live, can it work, what has it done."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from glueml_core.http.metrics import Metrics

__all__ = ["health_routes"]


def health_routes(is_ready: Callable[[], bool], metrics: Metrics) -> list[Route]:
    """
    `/healthz`, `/readyz` and `/metrics`, for everyone who can reach the port.

    Args:
        is_ready: Whether the store answers; may block.
        metrics: What `/metrics` shows.
    """

    async def healthz(_request: Request) -> Response:
        return JSONResponse({"status": "alive"})

    async def readyz(_request: Request) -> Response:
        if await run_in_threadpool(is_ready):
            return JSONResponse({"status": "ready"})
        return JSONResponse({"status": "the store does not answer"}, 503)

    async def show_metrics(_request: Request) -> Response:
        page = await run_in_threadpool(metrics.page)
        return Response(page, media_type=CONTENT_TYPE_LATEST)

    return [
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        Route("/metrics", show_metrics),
    ]
