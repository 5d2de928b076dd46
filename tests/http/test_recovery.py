"""A server looks again and again for what others have left behind."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy.exc import OperationalError
from starlette.applications import Starlette

from glueml_core.http.recovery import recovering


@pytest.mark.parametrize(
    "fault", [OperationalError("SELECT 1", {}, Exception("gone")), OSError("No space left")]
)
def test_recovery_goes_on_after_a_fault_that_passes(fault):
    calls = 0
    enough = asyncio.Event()

    def recover():
        nonlocal calls
        calls += 1
        if calls == 1:
            raise fault
        loop.call_soon_threadsafe(enough.set)

    async def serve():
        nonlocal loop
        loop = asyncio.get_running_loop()
        async with recovering(recover, interval_s=0.001)(Starlette()):
            await asyncio.wait_for(enough.wait(), timeout=30)

    loop = None
    asyncio.run(serve())

    assert calls >= 2
