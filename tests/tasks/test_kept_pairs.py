"""Compared pairs in the store: there for the next run, and in nobody's way."""

from __future__ import annotations

import fcntl
import resource
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from glueml_core import FindMatches
from glueml_core.http.inprocess import core_of
from glueml_core.matching.blocking import RowPairs
from glueml_core.matching.compared_pairs import ComparedPairs
from glueml_core.tasks import kept_pairs
from glueml_core.tasks.folder import RunFolder
from glueml_core.tasks.kept_pairs import KeptPairs
from tests.tasks.conftest import teach_people
from tests.tasks.people import PEOPLE

COUNT = 1_000
MIB = 2**20


def compared(mib: float = 0.1) -> ComparedPairs:
    """Pairs whose features take so much."""
    random = np.random.default_rng(0)
    left, right = np.arange(COUNT), np.arange(COUNT) + 1
    values = random.random((COUNT, int(mib * MIB / COUNT / 4)), dtype=np.float32)
    return ComparedPairs(RowPairs(left, right, left % 2 == 0), values)


def assert_same(found: ComparedPairs | None, expected: ComparedPairs) -> None:
    assert found is not None
    np.testing.assert_array_equal(found.pairs.left, expected.pairs.left)
    np.testing.assert_array_equal(found.pairs.right, expected.pairs.right)
    np.testing.assert_array_equal(found.pairs.is_near, expected.pairs.is_near)
    np.testing.assert_array_equal(found.values, expected.values)


@pytest.fixture
def kept(tmp_path: Path) -> KeptPairs:
    return KeptPairs(tmp_path / "compared", "tfm-1", limit_mib=2)


def folders(kept: KeptPairs) -> list[Path]:
    return [path for path in kept.folder.glob("*/*") if path.is_dir()]


class TestKeptPairs:
    def test_are_what_they_were(self, kept):
        assert kept.find("a") is None

        kept.keep("a", compared())

        assert_same(kept.find("a"), compared())
        assert kept.find("b") is None

    def test_can_be_changed_by_who_finds_them(self, kept):
        kept.keep("a", compared())
        found = kept.find("a")
        found.values[:] = 0

        assert_same(kept.find("a"), compared())

    @pytest.mark.parametrize("name", ["left.npy", "values.npy", "checksums.json"])
    @pytest.mark.parametrize(
        "damage",
        [
            lambda file: file.write_bytes(b""),
            lambda file: file.write_bytes(file.read_bytes()[:-9]),
            lambda file: file.write_bytes(b"PK\x03\x04" + file.read_bytes()[4:]),
            lambda file: file.write_bytes(file.read_bytes()[:-2] + b"\1\1"),
            lambda file: file.write_bytes(file.read_bytes().replace(b"}", b" ", 1)),
            lambda file: file.unlink(),
        ],
        ids=["empty", "cut", "other beginning", "other end", "other header", "gone"],
    )
    def test_that_are_damaged_are_kept_anew(self, kept, name, damage):
        kept.keep("a", compared())
        (folder,) = folders(kept)
        damage(folder / name)

        assert kept.find("a") is None
        kept.keep("a", compared())
        assert_same(kept.find("a"), compared())

    def test_of_other_code_are_not_found(self, kept, monkeypatch):
        kept.keep("a", compared())
        monkeypatch.setattr(kept_pairs, "_MADE_BY", "another release")

        assert kept.find("a") is None

    def test_used_longest_ago_make_room(self, kept):
        """Also those of another transform."""
        KeptPairs(kept.folder, "tfm-2", kept.limit_mib).keep("a", compared(0.7))
        kept.keep("b", compared(0.7))
        kept.find("b")
        kept.keep("c", compared(0.7))

        assert KeptPairs(kept.folder, "tfm-2", kept.limit_mib).find("a") is None
        assert_same(kept.find("b"), compared(0.7))
        assert_same(kept.find("c"), compared(0.7))
        kept.keep("d", compared(0.7))
        assert kept.find("b") is None

    def test_that_are_more_than_there_may_be_are_not_kept(self, kept):
        kept.keep("a", compared(0.7))
        kept.keep("b", compared(2.1))

        assert kept.find("b") is None
        assert kept.find("a") is not None

    def test_are_never_more_than_what_stays_free(self, kept, monkeypatch):
        """On a disk of one MiB."""
        usage = kept_pairs.shutil.disk_usage("/")

        def of_one_mib(_: Path) -> Any:
            taken = sum(file.stat().st_size for file in kept.folder.glob("*/*/*"))
            return usage._replace(free=MIB - taken)

        monkeypatch.setattr(kept_pairs.shutil, "disk_usage", of_one_mib)
        kept.keep("a", compared(0.6))
        for key in "bcdefgh":
            kept.keep(key, compared(0.1))

        assert kept.find("a") is None
        assert len(folders(kept)) == 4
        assert kept.find("h") is not None

    def test_over_a_limit_that_came_down_go(self, kept):
        kept.keep("a", compared(0.7))
        kept.keep("b", compared(0.7))
        replace(kept, limit_mib=1).keep("c", compared(2))
        assert len(folders(kept)) == 1

        none = replace(kept, limit_mib=0)
        assert none.find("b") is None
        none.keep("c", compared(0))
        assert not kept.folder.exists()

    def test_stand_beside_strangers_files(self, kept):
        kept.keep("a", compared())
        (kept.folder / kept.transform_id / ".DS_Store").touch()

        kept.keep("b", compared())
        assert_same(kept.find("b"), compared())

    def test_do_not_wait_for_ever(self, kept, monkeypatch):
        """For somebody who holds the lock."""
        monkeypatch.setattr(kept_pairs, "_PATIENCE_S", 0.2)
        kept.keep("a", compared())
        with (kept.folder / "lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            kept.keep("b", compared())

        assert kept.find("b") is None

    def test_that_find_no_room_cost_no_run(self, kept):
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, hard))
        try:
            kept.keep("a", compared())
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

        assert kept.find("a") is None
        assert not folders(kept)

    def test_half_written_by_a_killed_run_are_removed_by_the_next(self, kept):
        kept.keep("a", compared())
        unfinished = kept.folder / kept.transform_id / ".unfinished-1"
        unfinished.mkdir()
        (unfinished / "left.npy").write_bytes(b"x" * 100)

        kept.keep("b", compared())

        assert len(folders(kept)) == 2
        assert not unfinished.exists()

    def test_are_kept_once_by_runs_at_the_same_time(self, kept):
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda _: kept.keep("a", compared()), range(8)))

        assert len(folders(kept)) == 1
        assert_same(kept.find("a"), compared())


def compared_before(glue: Any, transform_id: str) -> list[bool]:
    """Of each run, from the first to the last, whether it found its pairs compared."""
    runs = glue.get_ml_task_runs(TransformId=transform_id)["TaskRuns"]
    settings = core_of(glue).settings
    return [
        "were compared before" in RunFolder.of(settings, run["TaskRunId"]).log.read_text()
        for run in sorted(runs, key=lambda run: run["StartedOn"])
    ]


def test_runs_find_what_runs_before_them_compared_until_the_transform_goes(tmp_path, monkeypatch):
    monkeypatch.setenv("GLUEML_FILE_ROOTS", f'["{tmp_path}"]')
    glue, transform_id = teach_people(tmp_path)
    found = [FindMatches.apply(PEOPLE, transform_id, client=glue) for _ in range(2)]
    changed = PEOPLE.assign(surname=PEOPLE["surname"].where(PEOPLE.index > 0, "someone"))
    FindMatches.apply(changed, transform_id, client=glue)

    assert compared_before(glue, transform_id) == [False, True, True, False]
    pd.testing.assert_frame_equal(*found)
    folder = core_of(glue).settings.store / "compared_pairs" / transform_id
    assert len(list(folder.iterdir())) == 2

    glue.delete_ml_transform(TransformId=transform_id)
    assert not folder.exists()


def test_a_store_that_is_to_keep_none_keeps_none(tmp_path, monkeypatch):
    monkeypatch.setenv("GLUEML_FILE_ROOTS", f'["{tmp_path}"]')
    monkeypatch.setenv("GLUEML_KEPT_PAIRS_MIB", "0")
    glue, transform_id = teach_people(tmp_path)
    FindMatches.apply(PEOPLE, transform_id, client=glue)

    assert compared_before(glue, transform_id) == [False, False]
    assert not (core_of(glue).settings.store / "compared_pairs").exists()
