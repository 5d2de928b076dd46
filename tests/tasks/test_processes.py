"""How processes are known, and how workers end."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import replace
from datetime import UTC, datetime
from multiprocessing import get_context
from types import SimpleNamespace

import psutil

from glueml_core.store import Owner
from glueml_core.tasks.processes import (
    end_worker,
    is_gone,
    is_worked_on,
    start_worker,
    this_process,
)
from tests.waiting import wait_for


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


def owned_by(owner: Owner | None) -> SimpleNamespace:
    """What matters of a task run."""
    return SimpleNamespace(owner=owner, heartbeat_on=None)


def test_a_process_stays_the_same_when_the_clock_is_corrected(monkeypatch):
    """The moment of the boot is now less what has passed since, and moves with every correction."""
    me, booted = this_process(), psutil.boot_time()

    monkeypatch.setattr(psutil._pslinux, "boot_time", lambda: booted + 3)

    assert this_process() == me
    assert is_worked_on(owned_by(me), datetime.now(UTC))


def test_a_later_process_of_the_same_number_is_another():
    earlier = replace(this_process(), started_on=this_process().started_on - 1)

    assert is_gone(earlier)
    assert not is_worked_on(owned_by(earlier), datetime.now(UTC))


def test_a_process_is_gone_whether_somebody_has_waited_for_it_or_not():
    context = get_context("fork")
    told = context.SimpleQueue()
    child = context.Process(target=lambda: told.put(this_process()))
    child.start()
    owner = told.get()

    wait_for(lambda: is_gone(owner))
    child.join()
    assert is_gone(owner)


def test_of_a_process_before_the_last_boot_only_its_silence_is_known():
    """Another may have its number by now, as on another machine."""
    earlier = replace(this_process(), host=f"{this_process().host}-before")

    assert not is_gone(earlier)
    assert not is_worked_on(owned_by(earlier), datetime.now(UTC))
