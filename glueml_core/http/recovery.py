"""Task runs whose server or machine is gone, picked up by a server that is there."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress

from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool

__all__ = ["recovering"]

log = logging.getLogger("glueml.recovery")

INTERVAL_S = 15


def recovering(
    recover: Callable[[], None], interval_s: float = INTERVAL_S
) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    """
    A lifespan that calls `recover` again and again while the server lives.

    Args:
        recover: Takes over what nobody looks after; safe to call from several servers at once.
        interval_s: Time from one call to the next.
    """

    async def forever() -> None:
        while True:
            await asyncio.sleep(interval_s)
            try:
                await run_in_threadpool(recover)
            except (SQLAlchemyError, OSError) as fault:
                # A database that is gone, or a machine that is full: both pass.
                log.warning("Recovery has to wait: %s", fault)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        task = asyncio.create_task(forever())
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    return lifespan
