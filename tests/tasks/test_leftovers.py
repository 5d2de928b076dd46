"""Nothing stays on the disk that nobody can ask for."""

from __future__ import annotations

import os
import time
from datetime import timedelta

import psutil
import pyarrow as pa

from glueml_core.api import Core
from glueml_core.store import Store
from glueml_core.tasks.folder import RunFolder
from glueml_core.tasks.leftovers import remove_stale_frames
from glueml_core.tasks.match_request import MatchRequest
from glueml_core.transforms.jobs import start_job
from tests.standing_still import hold
from tests.tasks.conftest import wait_until_ended, worker_of
from tests.tasks.test_runner import STALLED, export
from tests.waiting import wait_for


def folders(core: Core) -> list[str]:
    return sorted(path.name for path in (core.settings.store / "task_runs").glob("*"))


class TestOfADeletedTransform:
    def test_the_logs_go_with_it(self, core, glue, labeled, tmp_path):
        run_id = export(core, labeled, str(tmp_path / "out"))
        wait_until_ended(core, run_id)
        assert folders(core) == [run_id]

        glue.delete_ml_transform(TransformId=labeled)

        assert folders(core) == []
        assert list((tmp_path / "out").iterdir())

    def test_a_run_that_is_still_at_work_takes_its_own_along(self, core, glue, labeled, stall):
        run_id = export(core, labeled, STALLED)
        worker_of(core, run_id)

        glue.delete_ml_transform(TransformId=labeled)

        wait_for(lambda: core.store.task_runs.get(run_id) is None)
        assert wait_for(lambda: not folders(core))

    def test_a_run_whose_supervisor_was_killed_goes_too(self, core, glue, labeled, stall):
        run_id = export(core, labeled, STALLED)
        worker = worker_of(core, run_id)
        supervisor = worker.parent()
        hold(supervisor, core.settings.store)
        glue.delete_ml_transform(TransformId=labeled)
        supervisor.kill()
        psutil.wait_procs([worker, supervisor])

        wait_for(lambda: core.store.task_runs.get(run_id) is None)
        assert wait_for(lambda: not folders(core))


class TestOfACallerWhoDied:
    def test_frames_that_nobody_took_go_after_an_hour(self, core, glue, labeled):
        """All that `FindMatches.apply` does before it waits; the run ends, and its log stays."""
        core.store.matchers.publish(
            labeled, "{}", expected_version=0, label_count=2, task_run_id=None
        )
        frame = pa.table({"id": ["1", "2"], "name": ["ann", "anne"]})
        request, frames = MatchRequest(), {"records": frame}
        run_id = start_job(core, labeled, request, frames, "nightly", None)
        wait_until_ended(core, run_id)
        folder = RunFolder.of(core.settings, run_id)
        assert folder.inputs.exists()

        remove_stale_frames(core.settings, core.store)
        assert folder.inputs.exists()

        later = core.store.now() + timedelta(minutes=61)
        remove_stale_frames(core.settings, Store.open(core.settings, clock=lambda: later))
        assert not folder.inputs.exists()
        assert folder.log.exists()

    def test_frames_that_no_run_was_made_for_go_after_an_hour(self, core):
        waiting = core.settings.store / "task_runs" / ".waiting-0123"
        waiting.mkdir(parents=True)
        core.recover()
        assert waiting.exists()

        long_ago = time.time() - 3700
        os.utime(waiting, (long_ago, long_ago))
        core.recover()
        assert not waiting.exists()
