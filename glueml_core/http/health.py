"""What an operator's machinery asks: does the server live, can it work, what has it done."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from glueml_core.http.metrics import Metrics

__all__ = ["health_routes"]


def health_routes(ask_store: Callable[[], object], metrics: Metrics) -> list[Route]:
    """
    `/healthz`, `/readyz` and `/metrics`, for everyone who can reach the port.

    Args:
        ask_store: Anything that the store's database has to answer.
        metrics: What `/metrics` shows.
    """

    async def healthz(_request: Request) -> Response:
        return JSONResponse({"status": "alive"})

    async def readyz(_request: Request) -> Response:
        try:
            await run_in_threadpool(ask_store)
        except SQLAlchemyError:
            return JSONResponse({"status": "the store's database does not answer"}, 503)
        return JSONResponse({"status": "ready"})

    async def show_metrics(_request: Request) -> Response:
        page = await run_in_threadpool(metrics.page)
        return Response(page, headers={"Content-Type": CONTENT_TYPE_LATEST})

    return [
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        Route("/metrics", show_metrics),
    ]
