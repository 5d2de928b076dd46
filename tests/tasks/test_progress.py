"""What a run tells of its progress: never backwards, and about how long the rest takes."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest

from glueml_core.tasks import progress as module
from glueml_core.tasks.progress import ProgressReport


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


class Told:
    """A store's task runs that remember what they were told."""

    def __init__(self) -> None:
        self.reports: list[tuple[float, str]] = []
        self.is_ours = True

    def report(self, _run_id, _owner, *, progress: float, progress_text: str) -> bool:
        self.reports.append((progress, progress_text))
        return self.is_ours


@pytest.fixture
def clock(monkeypatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    return clock


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def report(clock, told) -> ProgressReport:
    report = ProgressReport(SimpleNamespace(task_runs=told), "tsk-1", SimpleNamespace())
    report._began_at = clock.now
    return report


def seconds_left(text: str) -> float:
    amount, unit = re.search(r"about (\d+) (s|min) left", text).groups()
    return float(amount) * (60 if unit == "min" else 1)


def test_at_a_steady_pace_the_rest_is_told_as_it_comes(clock, told, report):
    for second in range(1, 200):
        clock.now += 1
        report(second / 200, "Comparing")

    estimates = [(share, text) for share, text in told.reports if "left" in text]
    assert len(estimates) > 150
    for share, text in estimates:
        # Minutes are rounded.
        assert seconds_left(text) == pytest.approx(200 * (1 - share), abs=31)


def test_nothing_is_foretold_from_a_few_seconds_or_a_sliver_of_the_work(clock, told, report):
    clock.now += 4
    report(0.5, "Comparing")
    clock.now += 60
    report(0.04, "Comparing")

    assert [text for _, text in told.reports] == ["Comparing", "Comparing"]


def test_what_is_done_has_nothing_left(clock, told, report):
    clock.now += 60
    report(1.0, "Done")

    assert told.reports == [(1.0, "Done")]


def test_the_store_hears_of_it_twice_a_second_at_most(clock, told, report):
    for step in range(100):
        clock.now += 0.05
        report(step / 100, "Comparing")

    assert len(told.reports) <= 11


def test_a_run_that_somebody_else_works_on_ends(clock, told, report):
    told.is_ours = False
    clock.now += 1

    with pytest.raises(SystemExit):
        report(0.1, "Comparing")
