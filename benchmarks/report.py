"""Measured quality as the tables of docs/benchmarks.md."""

from __future__ import annotations

import os
import platform
from statistics import mean
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from benchmarks.quality import Result

__all__ = ["of_judged_pairs", "write_report"]

_BEGIN, _END = "<!-- measured: begin -->\n", "<!-- measured: end -->\n"
_JUDGED_BUDGET = 300
# What so many labeled records must reach; dblp_scholar is judged on pairs across its two sources.
_TARGET = {
    "febrl3": 0.999,
    "abt_buy": 0.92,
    "dblp_acm": 0.98,
    "cora": 0.93,
    "affiliations": 0.80,
    "dblp_scholar": 0.92,
}
_ACROSS_SOURCES = ("dblp_scholar",)


def write_report(results: Sequence[Result], page: Path) -> None:
    """Replace the measured part of a page, or begin a page with it."""
    text = page.read_text(encoding="utf-8") if page.exists() else _BEGIN + _END
    before, _, rest = text.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    page.write_text(before + _BEGIN + _measured(results) + _END + after, encoding="utf-8")


def _measured(results: Sequence[Result]) -> str:
    budgets = sorted({result.labels for result in results})
    tables = [_budget_table(results, budget) for budget in budgets]
    return "\n".join([f"Measured on {_machine()}.\n", *tables, _run_table(results)])


def _budget_table(results: Sequence[Result], budget: int) -> str:
    rows = []
    for name, runs in _by_dataset(r for r in results if r.labels == budget):
        judged = [_judged(run) for run in runs]
        inside = sum(_interval(run)[0] <= run.f1 <= _interval(run)[1] for run in runs)
        rows.append(
            [
                _named(name),
                f"{judged[0]:.3f}",
                f"{mean(judged):.3f}",
                f"{_TARGET[name]:.3f}" if name in _TARGET and budget == _JUDGED_BUDGET else "",
                _first_and_mean([_judged_enforced(run) for run in runs]),
                f"{mean(run.precision for run in runs):.3f}",
                f"{mean(run.recall for run in runs):.3f}",
                f"{mean(run.bcubed_f1 for run in runs):.3f}",
                f"{mean(run.f1 for run in runs):.3f}",
                " to ".join(f"{end:.2f}" for end in _interval(runs[0])),
                f"{inside} of {len(runs)}",
            ]
        )
    header = [
        "data",
        "F1, first seed",
        "F1, mean of seeds",
        "target",
        "labels enforced: first, mean",
        "precision",
        "recall",
        "B-cubed F1",
        "F1, all pairs",
        "estimated F1, 95 %",
        "truth inside",
    ]
    return f"### {budget} labeled records\n\n{_table(header, rows)}"


def _run_table(results: Sequence[Result]) -> str:
    rows = []
    for name, runs in _by_dataset(results):
        # Blocking knows no labels; the time is that of the budget that is judged, if it was run.
        judged = [run for run in runs if run.labels == _JUDGED_BUDGET] or runs
        rows.append(
            [
                _named(name),
                f"{_completeness(judged[0]):.3f}",
                f"{judged[0].candidates_per_record:.0f}",
                f"{max(run.seconds for run in judged):.0f}",
                f"{max(run.peak_memory_mib for run in runs):,}",
            ]
        )
    header = ["data", "pair completeness", "candidates a record", "seconds", "peak MiB"]
    return f"### Blocking and cost\n\n{_table(header, rows)}"


def _named(name: str) -> str:
    return name + (" (across sources)" if name in _ACROSS_SOURCES else "")


def _judged(run: Result) -> float:
    return of_judged_pairs(run.dataset, run.f1, run.f1_cross)


def _judged_enforced(run: Result) -> float:
    return of_judged_pairs(run.dataset, run.f1_enforced, run.f1_cross_enforced)


def _first_and_mean(values: Sequence[float]) -> str:
    return f"{values[0]:.3f}, {mean(values):.3f}"


def _completeness(run: Result) -> float:
    return of_judged_pairs(run.dataset, run.pair_completeness, run.pair_completeness_cross)


def of_judged_pairs(dataset: str, of_all: float, across: float | None) -> float:
    """A figure of all pairs, or of those across sources where the truth is silent within one."""
    return across if dataset in _ACROSS_SOURCES and across is not None else of_all


def _interval(run: Result) -> tuple[float, float]:
    estimate = run.estimated["clusters"]["f1"]
    return estimate["low"], estimate["high"]


def _by_dataset(results: Iterable[Result]) -> list[tuple[str, list[Result]]]:
    runs: dict[str, list[Result]] = {}
    for result in results:
        runs.setdefault(result.dataset, []).append(result)
    return list(runs.items())


def _table(header: list[str], rows: list[list[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _machine() -> str:
    gib = psutil.virtual_memory().total / 2**30
    machine = f"{os.cpu_count()} cores ({platform.machine()}), {gib:.0f} GiB"
    return f"{machine}, Python {platform.python_version()}"
