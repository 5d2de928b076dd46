"""A disk that fills up: a small file system of its own, filled to its last byte."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from glueml_core import connect, core_of
from glueml_core.transforms import start_find_matches
from tests.http.server_process import serve, wait_until_ended
from tests.http.test_behaviors import Transform
from tests.tasks.people import KEY, PEOPLE, label_file

SIZE = 2**20

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="Mounting a file system takes root.")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """One megabyte, and no more."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(disk)]
    subprocess.run(mount, check=True)
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


@contextmanager
def full(disk: Path, left: int = 0) -> Iterator[None]:
    """The disk with nothing free but `left` bytes."""
    status = os.statvfs(disk)
    filler = disk / "filler"
    filler.write_bytes(b"x" * (status.f_bavail * status.f_frsize - left))
    yield
    filler.unlink()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def tag_for_ever(glue: Any, transform: Transform) -> None:
    arn = f"arn:aws:glue:us-east-1::mlTransform/{transform.id}"
    while True:
        glue.tag_resource(ResourceArn=arn, TagsToAdd={"filler": "x" * 255})


def test_a_full_disk_ends_a_run_in_words_and_leaves_no_part_of_a_file(tmp_path, small_disk):
    """The same start works as soon as there is room; label files and matches alike."""
    with serve(tmp_path / "store") as server:
        glue = server.client()
        glue.create_database(DatabaseInput={"Name": "db"})
        people = Transform(glue, tmp_path, "people", PEOPLE.to_csv(index=False), KEY)
        label_file(tmp_path / "labels.csv", last=20)
        assert people.imported((tmp_path / "labels.csv").read_text())["Status"] == "SUCCEEDED"
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("GLUEML_FILE_ROOTS", f'["{tmp_path}"]')
            core = core_of(connect(tmp_path / "store"))
        out = str(small_disk)

        def matched() -> dict[str, Any]:
            run_id = start_find_matches(core, people.id, out)
            return wait_until_ended(glue, people.id, run_id)

        def started(operation: str) -> dict[str, Any]:
            start = getattr(glue, f"start_{operation}_task_run")
            run = start(TransformId=people.id, OutputS3Path=out)
            return wait_until_ended(glue, people.id, run["TaskRunId"])

        for run in (
            lambda: started("ml_labeling_set_generation"),
            lambda: started("export_labels"),
            matched,
        ):
            before = names(small_disk)
            # Room to begin, none to end.
            with full(small_disk, left=4096):
                failed = run()
                assert names(small_disk) == sorted([*before, "filler"])
            assert failed["Status"] == "FAILED", failed
            assert f"Cannot write to {out}/" in failed["ErrorString"]
            assert "No space left on device" in failed["ErrorString"]

            assert run()["Status"] == "SUCCEEDED"
            assert len(names(small_disk)) == len(before) + 1

        assert people.get()["Status"] == "READY"


def test_a_store_on_a_full_disk_keeps_what_it_has_and_goes_on_later(small_disk):
    """What cannot be kept is refused as the server's failure; a run does not hang."""
    with serve(small_disk / "store", GLUEML_FILE_ROOTS=f'["{small_disk}"]') as server:
        glue = server.client(retries={"total_max_attempts": 1})
        glue.create_database(DatabaseInput={"Name": "db"})
        people = Transform(glue, small_disk, "people", "id,name\n1,ann\n2,anne\n")
        assert people.imported("labeling_set_id,label,id,name\ns,A,1,ann\n")["Status"]

        with full(small_disk):
            with pytest.raises(glue.exceptions.InternalServiceException):
                tag_for_ever(glue, people)
            assert people.get()["LabelCount"] == 1

        assert people.imported("labeling_set_id,label,id,name\nt,A,2,anne\n")["Status"]
        assert people.get()["LabelCount"] == 2
