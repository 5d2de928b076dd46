"""Task runs whose server or machine is gone, picked up by a server that is there."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool

__all__ = ["recover_now_and_then"]

log = logging.getLogger("glueml.recovery")

INTERVAL_S = 15


def recover_now_and_then(
    recover: Callable[[], None], passing_faults: type[Exception] | tuple[type[Exception], ...]
) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    """
    A lifespan that calls `recover` again and again while the server lives.

    Args:
        recover: Takes over task runs that nobody looks after; safe to call from several servers.
        passing_faults: What a database raises that is gone for a while; logged, then tried again.
    """

    async def forever() -> None:
        while True:
            await asyncio.sleep(INTERVAL_S)
            try:
                await run_in_threadpool(recover)
            except passing_faults as fault:
                log.warning("The store does not answer: %s", fault)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        task = asyncio.create_task(forever())
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    return lifespan
