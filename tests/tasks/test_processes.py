"""How workers end."""

from __future__ import annotations

import os
import signal
import time
from types import SimpleNamespace

import psutil

from glueml_core.tasks.processes import end_worker, start_worker


def turn_a_deaf_ear(_handover) -> None:
    """As a long call into a library does, which Python cannot interrupt."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.fork()
    time.sleep(60)


def test_a_worker_that_does_not_hear_is_gone_with_its_children_when_the_grace_is_over():
    handover = SimpleNamespace(owner=SimpleNamespace(pid=os.getpid()))
    worker = start_worker(turn_a_deaf_ear, handover)
    process = psutil.Process(worker.pid)
    until = time.monotonic() + 10
    while not process.children() and time.monotonic() < until:
        time.sleep(0.01)
    (child,) = process.children()

    start = time.monotonic()
    end_worker(worker, grace_s=0.3)
    took = time.monotonic() - start

    assert 0.3 <= took < 2
    assert not worker.is_alive()
    assert psutil.wait_procs([child], timeout=2)[1] == []
