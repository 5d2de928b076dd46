"""A table matched before in a folder of its own, and a way to add people to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from glueml_core.http.inprocess import core_of
from glueml_core.tables.sources import read_table
from glueml_core.tasks import adding, find_matches, matched_table
from glueml_core.tasks.folder import RunFolder
from glueml_core.tasks.inputs import matching_options
from glueml_core.tasks.match_request import MatchRequest, Output
from glueml_core.tasks.task import Task
from glueml_core.transforms.jobs import definition_of
from tests.tasks.people import KEY, PEOPLE, TRUTH

OLD, BATCH = 180, 30


@pytest.fixture
def folder(taught, request) -> Path:
    """A folder that the store may read."""
    glue, _ = taught
    folder = core_of(glue).settings.store.parent / request.node.name
    folder.mkdir()
    return folder


@pytest.fixture
def matched(folder) -> Path:
    """The folder of a table matched before: one file, with ids that have gaps."""
    old = PEOPLE[:OLD]
    (folder / "matched").mkdir()
    ids = 10 * pd.factorize(old[KEY].map(TRUTH))[0] + 5
    old.assign(match_id=ids).to_parquet(folder / "matched" / "old.parquet", index=False)
    return folder / "matched"


@pytest.fixture
def large(monkeypatch) -> None:
    """Tables of any size count as large."""

    def options(task: Task, *, enforce: bool | None = None) -> Any:
        return replace(matching_options(task, enforce=enforce), whole_table_rows=0)

    monkeypatch.setattr(adding, "matching_options", options)


@pytest.fixture
def built(monkeypatch) -> list[str]:
    """What was done about indexes: `made` of all records, or `added` to."""
    done: list[str] = []
    for name, told in (("of", "made"), ("with_records", "added")):
        real = getattr(matched_table.MatchedIndex, name)

        def told_of(*args: Any, _real: Any = real, _told: str = told) -> Any:
            done.append(_told)
            return _real(*args)

        monkeypatch.setattr(matched_table.MatchedIndex, name, told_of)
    return done


@pytest.fixture
def add(taught, folder, matched) -> Callable[..., dict[str, Any]]:
    """Add a batch of people to the table, here in this process; what the run tells."""
    glue, transform_id = taught
    core = core_of(glue)

    def add(
        number: int,
        *,
        progress: Any = lambda share, text: None,
        run_id: str | None = None,
        frame: pd.DataFrame | None = None,
        existing: Path | str = matched,
        **output: Any,
    ) -> dict[str, Any]:
        start = OLD + number * BATCH
        new = PEOPLE[start : start + BATCH] if frame is None else frame
        new.to_json(folder / f"new-{number}.jsonl", orient="records", lines=True)
        if run_id is None:
            run_id = core.store.task_runs.add(transform_id, "FIND_MATCHES", {}).id
        run = core.store.task_runs.get(run_id)
        assert run is not None
        run_folder = RunFolder.of(core.settings, run.id)
        run_folder.inputs.mkdir(parents=True, exist_ok=True)
        MatchRequest(
            source=definition_of(core, str(folder / f"new-{number}.jsonl")),
            existing=definition_of(core, str(existing)),
            is_incremental=True,
            output=Output(**{"path": str(matched), "new_records_only": True, **output}),
        ).save(run_folder.inputs)
        transform = core.store.transforms.get(transform_id)
        task = Task(
            run=run,
            transform=transform,
            store=core.store,
            settings=core.settings,
            folder=run_folder,
            progress=progress,
        )
        try:
            return find_matches.run(task)
        finally:
            core.store.task_runs.transition(run.id, "STARTING", "STOPPED")

    return add


@pytest.fixture
def table(taught, matched) -> Callable[[], pd.DataFrame]:
    """The whole table as a reader of its folder sees it."""
    core = core_of(taught[0])

    def table() -> pd.DataFrame:
        names = [*PEOPLE.columns, "match_id"]
        found = read_table(definition_of(core, str(matched)), names, core.settings)
        return found.to_pandas()

    return table


@pytest.fixture
def index_folder(taught, matched) -> Callable[[], Path]:
    """Where the index of the table is, once there is one."""
    core = core_of(taught[0])

    def index_folder() -> Path:
        lists = (core.settings.store / "indexes" / taught[1]).glob("*/index.json")
        (found,) = [path.parent for path in lists if str(matched) in path.read_text()]
        return found

    return index_folder
