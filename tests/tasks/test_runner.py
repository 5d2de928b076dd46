"""Whatever is killed, every run comes to its end, and nothing is lost."""

from __future__ import annotations

import signal
import subprocess
import sys

import psutil
import pytest

from glueml_core.api import Core
from glueml_core.tasks.folder import RunFolder
from tests.standing_still import hold
from tests.tasks.conftest import nursery, wait_until_ended, worker_of
from tests.waiting import wait_for

STALLED = "s3://stalled/labels"
DIED = "The process that worked on the task run died."


def export(core: Core, transform_id: str, path: str) -> str:
    """Start a run that writes to `path`, as the API does once it has looked at the path."""
    run = core.store.task_runs.add(transform_id, "EXPORT_LABELS", {"OutputS3Path": path})
    core.runner.submit(run)
    return run.id


def log(core: Core, run_id: str) -> str:
    return RunFolder.of(core.settings, run_id).log.read_text()


class TestARun:
    def test_goes_through_its_statuses_and_tells_what_it_made(self, core, glue, labeled, tmp_path):
        run_id = glue.start_export_labels_task_run(
            TransformId=labeled, OutputS3Path=str(tmp_path / "out")
        )["TaskRunId"]
        run = wait_until_ended(core, run_id)

        assert (run.status, run.error_string, run.progress) == ("SUCCEEDED", None, 1.0)
        assert [path.as_uri() for path in (tmp_path / "out").iterdir()] == [
            f"file://{run.output['uri']}"
        ]
        shown = glue.get_ml_task_run(TransformId=labeled, TaskRunId=run_id)
        assert shown["LogGroupName"] == f"/aws-glue/ml/{labeled}"
        assert shown["CompletedOn"] >= shown["StartedOn"]

    def test_has_a_log_that_a_person_can_read(self, core, labeled, tmp_path):
        run_id = export(core, labeled, str(tmp_path / "out"))
        wait_until_ended(core, run_id)

        assert f"Writing 2 labels to {tmp_path}/out/" in log(core, run_id)
        assert wait_for(lambda: "Ended: SUCCEEDED" in log(core, run_id))

    def test_of_a_caller_who_made_a_mistake_is_not_tried_again(self, core, glue, labeled):
        glue.update_ml_transform(TransformId=labeled, MaxRetries=3)
        run = wait_until_ended(core, export(core, labeled, "/etc"))

        assert (run.status, run.attempt) == ("FAILED", 1)
        assert run.error_string == (
            "Cannot write to /etc. It is outside of the folders that files may be in (file_roots)."
        )

    def test_shows_no_secret_in_its_processes(self, core, labeled, stall):
        worker = worker_of(core, export(core, labeled, STALLED))

        shown = [sys.executable, "-P", "-m", "glueml_core.tasks.nursery"]
        assert [worker.cmdline(), worker.parent().cmdline()] == [shown, shown]


@pytest.mark.behavior(37)
class TestCancel:
    def test_stops_the_work(self, core, glue, labeled, stall):
        run_id = export(core, labeled, STALLED)
        worker = worker_of(core, run_id)

        answer = glue.cancel_ml_task_run(TransformId=labeled, TaskRunId=run_id)
        run = wait_until_ended(core, run_id)

        assert answer["Status"] == "STOPPING"
        assert (run.status, run.error_string) == ("STOPPED", None)
        assert not worker.is_running()

    def test_before_the_work_has_begun_stops_it_too(self, core, glue, labeled, tmp_path):
        run_id = export(core, labeled, str(tmp_path / "out"))
        glue.cancel_ml_task_run(TransformId=labeled, TaskRunId=run_id)

        assert wait_until_ended(core, run_id).status == "STOPPED"
        assert not (tmp_path / "out").exists()

    def test_of_a_run_that_has_ended_changes_nothing(self, core, glue, labeled, tmp_path):
        run_id = export(core, labeled, str(tmp_path / "out"))
        wait_until_ended(core, run_id)

        answer = glue.cancel_ml_task_run(TransformId=labeled, TaskRunId=run_id)
        assert answer["Status"] == "SUCCEEDED"


@pytest.mark.behavior(38)
class TestTimeoutAndRetries:
    def test_a_run_that_takes_too_long_times_out(self, core, glue, labeled, stall):
        """The work is ended, and the run tells how long it took."""
        # The API takes whole minutes from 1; the store does not mind.
        core.store.transforms.update(labeled, timeout_minutes=0)
        run_id = export(core, labeled, STALLED)
        worker = worker_of(core, run_id)
        run = wait_until_ended(core, run_id)

        assert (run.status, run.attempt) == ("TIMEOUT", 1)
        assert run.error_string == "The task run took longer than its timeout."
        assert not worker.is_running()
        shown = glue.get_ml_task_run(TransformId=labeled, TaskRunId=run_id)
        assert {"CompletedOn", "ExecutionTime"} <= shown.keys()

    def test_a_crash_is_tried_again_as_often_as_asked(self, core, glue, labeled, stall):
        """One run, two attempts; the second failure is the run's."""
        glue.update_ml_transform(TransformId=labeled, MaxRetries=1)
        run_id = export(core, labeled, STALLED)

        first = worker_of(core, run_id)
        first.kill()
        wait_for(lambda: core.store.task_runs.get(run_id).attempt == 2)
        second = worker_of(core, run_id)
        second.kill()
        run = wait_until_ended(core, run_id)

        assert first.pid != second.pid
        assert (run.status, run.attempt) == ("FAILED", 2)
        assert run.error_string == "The process of the task run was killed by signal 9."
        shown = glue.get_ml_task_run(TransformId=labeled, TaskRunId=run_id)
        assert {"CompletedOn", "ExecutionTime"} <= shown.keys()


class TestSigkill:
    """Of the host, of the supervisor, of both, in each status."""

    @pytest.fixture
    def host(self, labeled, core):
        """Start a run from another process, which then is killed."""

        def start_and_die(path: str, *, submit: bool = True) -> str:
            script = (
                "import os, signal, sys\n"
                "from glueml_core.api import Core\n"
                "core = Core.open(sys.argv[1])\n"
                "run = core.store.task_runs.add(sys.argv[2], 'EXPORT_LABELS',"
                " {'OutputS3Path': sys.argv[3]})\n"
                "if sys.argv[4] == 'True': core.runner.submit(run)\n"
                "print(run.id, flush=True)\n"
                "os.kill(os.getpid(), signal.SIGKILL)\n"
            )
            arguments = [str(core.settings.store), labeled, path, str(submit)]
            command = [sys.executable, "-c", script, *arguments]
            ended = subprocess.run(command, capture_output=True, text=True, check=False)
            assert ended.returncode == -signal.SIGKILL, ended.stderr
            return ended.stdout.strip()

        return start_and_die

    def test_of_the_host_leaves_the_work_going(self, core, host, tmp_path):
        run_id = host(str(tmp_path / "out"))

        assert wait_until_ended(core, run_id).status == "SUCCEEDED"
        assert len(list((tmp_path / "out").iterdir())) == 1

    def test_of_the_host_before_it_could_start_the_work(self, core, host, tmp_path):
        run_id = host(str(tmp_path / "out"), submit=False)
        assert core.store.task_runs.get(run_id).owner is None

        Core.open(core.settings.store)
        assert wait_until_ended(core, run_id).status == "SUCCEEDED"

    @pytest.mark.parametrize(("max_retries", "end"), [(0, "FAILED"), (1, "SUCCEEDED")])
    def test_of_host_and_supervisor_while_running(
        self, core, glue, labeled, host, stall, s3_server, monkeypatch, max_retries, end
    ):
        """The worker dies with its supervisor; the next process retries the run or fails it."""
        glue.update_ml_transform(TransformId=labeled, MaxRetries=max_retries)
        run_id = host(STALLED)
        worker = worker_of(core, run_id)
        worker.parent().kill()
        psutil.wait_procs([worker])

        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", s3_server)
        bucket_of_stalled(s3_server)
        # As many servers may do at the same moment.
        for opened in [Core.open(core.settings.store) for _ in range(3)]:
            opened.recover()

        run = wait_until_ended(core, run_id)
        assert (run.status, run.attempt) == (end, max_retries + 1)
        assert glue.get_ml_transform(TransformId=labeled)["LabelCount"] == 2

    def test_of_host_and_supervisor_while_stopping(self, core, host, stall):
        run_id = host(STALLED)
        worker = worker_of(core, run_id)
        supervisor = worker.parent()
        hold(supervisor, core.settings.store)
        core.stop(core.store.task_runs.get(run_id))
        assert core.store.task_runs.get(run_id).status == "STOPPING"
        supervisor.kill()
        psutil.wait_procs([worker, supervisor])

        core.recover()
        assert wait_until_ended(core, run_id).status == "STOPPED"

    def test_of_the_supervisor_alone_is_seen_by_the_host(self, core, labeled, stall):
        run_id = export(core, labeled, STALLED)
        worker_of(core, run_id).parent().kill()

        run = wait_until_ended(core, run_id)
        assert (run.status, run.error_string) == ("FAILED", DIED)

    def test_of_the_nursery_before_it_could_start_a_supervisor(self, core, labeled, tmp_path):
        """One run fails and says so; the next one finds another nursery."""
        wait_until_ended(core, export(core, labeled, str(tmp_path / "first")))
        parent = nursery()
        parent.suspend()
        run_id = export(core, labeled, str(tmp_path / "second"))
        parent.kill()

        run = wait_until_ended(core, run_id)
        assert (run.status, run.error_string) == ("FAILED", DIED)
        third = wait_until_ended(core, export(core, labeled, str(tmp_path / "third")))
        assert third.status == "SUCCEEDED"

    def test_of_the_nursery_leaves_supervisors_at_work(self, core, glue, labeled, stall):
        run_id = export(core, labeled, STALLED)
        worker_of(core, run_id)
        nursery().kill()

        glue.cancel_ml_task_run(TransformId=labeled, TaskRunId=run_id)
        assert wait_until_ended(core, run_id).status == "STOPPED"


def bucket_of_stalled(endpoint: str) -> None:
    import boto3

    boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="stalled")
