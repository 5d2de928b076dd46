"""An asset's run and the task run that it started: each ends as the other does."""

from contextlib import ExitStack
from pathlib import Path

import dagster as dg
import pytest

from glueml_core.http.app import build_app
from glueml_core.store import Label, LabelSource, TaskRun, TaskRuns
from glueml_dagster import GlueMLResource, Stage, build_find_matches_assets, task_runs
from glueml_dagster.task_runs import FollowedRun, task_run_tag
from tests.dagster.held import HeldResource, meanwhile
from tests.dagster.quiet import quiet_instance
from tests.http.serving import listening


@pytest.fixture
def held(home: Path) -> HeldResource:
    return HeldResource(store=str(home))


@pytest.fixture(scope="module")
def instance(tmp_path_factory):
    """On disk: another thread looks at it while a run goes on."""
    with quiet_instance(tmp_path_factory.mktemp("dagster")) as instance:
        yield instance


@pytest.fixture
def materialize(transform, held, instance):
    """Materialize a stage of a transform that has a label or two."""

    def run(stage: str, glueml: GlueMLResource = held, **options) -> dg.ExecuteInProcessResult:
        return dg.materialize(
            build_find_matches_assets(transform),
            instance=instance,
            selection=[dg.AssetKey(["glueml", "people", stage])],
            resources={"glueml": glueml},
            raise_on_error=False,
            **options,
        )

    assert run("transform").success
    labels = [Label("s1", str(n), "A", {"id": str(n), "name": "Person 0"}) for n in range(2)]
    transform_id = held.client().get_ml_transforms()["Transforms"][0]["TransformId"]
    held.core().store.labels.append(transform_id, labels, LabelSource(uri="file:///a.csv"))
    return run


@pytest.fixture
def transform_id(held, materialize) -> str:
    return held.client().get_ml_transforms()["Transforms"][0]["TransformId"]


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr(task_runs, "RETRY_S", 0.2)


def all_runs(held: HeldResource, transform_id: str) -> list[TaskRun]:
    return held.core().store.task_runs.find(transform_id).rows


def end(held: HeldResource, status: str, reason: str | None = None):
    """Write an end of the task run, as soon as there is one."""

    def act() -> bool:
        store = held.core().store.task_runs
        return any(
            store.transition(run.id, "RUNNING", status, error_string=reason)
            for run in held.runner.running()
        )

    return meanwhile(act)


def terminating(held: HeldResource, instance: dg.DagsterInstance):
    """Ask for the Dagster run's end, as soon as there is a task run."""

    def act() -> bool:
        running = held.runner.running()
        if running:
            instance.report_run_canceling(instance.get_runs(limit=1)[0])
        return bool(running)

    return meanwhile(act)


def failure(result: dg.ExecuteInProcessResult):
    (failed,) = result.filter_events(lambda event: event.is_step_failure)
    return failed.event_specific_data


class TestTheTaskRunsEnd:
    @pytest.mark.parametrize("status", ["FAILED", "TIMEOUT"])
    def test_fails_the_dagster_run_in_the_services_words(self, materialize, held, status):
        with end(held, status, "It took longer than its timeout."):
            result = materialize("labels_export")

        assert not result.success
        told = failure(result).user_failure_data
        assert f"ended {status}: It took longer than its timeout." in told.description
        assert told.metadata["glueml/status"].value == status

    def test_by_cancel_through_the_api_cancels_the_dagster_run(
        self, materialize, held, instance, transform_id
    ):
        def cancel() -> bool:
            running = held.runner.running()
            for run in running:
                held.client().cancel_ml_task_run(TransformId=transform_id, TaskRunId=run.id)
            return bool(running)

        with meanwhile(cancel):
            materialize("labels_export")

        assert instance.get_runs(limit=1)[0].status is dg.DagsterRunStatus.CANCELED


class TestTheDagsterRunsEnd:
    def test_by_terminate_stops_the_task_run(self, materialize, held, instance, transform_id):
        with terminating(held, instance):
            materialize("labels_export")

        assert [run.status for run in all_runs(held, transform_id)] == ["STOPPED"]
        assert instance.get_runs(limit=1)[0].status is dg.DagsterRunStatus.CANCELED

    def test_by_a_signal_before_the_first_look_at_the_task_run_stops_it_too(
        self, materialize, held, transform_id, monkeypatch
    ):
        def interrupt(*_: object, **__: object) -> None:
            raise dg.DagsterExecutionInterruptedError

        monkeypatch.setattr(TaskRuns, "tie", interrupt)

        materialize("labels_export")

        assert [run.status for run in all_runs(held, transform_id)] == ["STOPPED"]

    def test_by_terminate_stops_it_though_the_signal_comes_while_it_is_being_cancelled(
        self, materialize, held, instance, transform_id, monkeypatch
    ):
        cancel = FollowedRun.cancel

        def interrupted(_: FollowedRun) -> None:
            monkeypatch.setattr(FollowedRun, "cancel", cancel)
            raise dg.DagsterExecutionInterruptedError

        monkeypatch.setattr(FollowedRun, "cancel", interrupted)
        with terminating(held, instance):
            materialize("labels_export")

        assert [run.status for run in all_runs(held, transform_id)] == ["STOPPED"]
        assert instance.get_runs(limit=1)[0].status is dg.DagsterRunStatus.CANCELED


class TestTryingAgain:
    def test_waits_where_the_service_has_all_the_task_runs_that_it_takes(
        self, materialize, inline, held, instance, transform_id
    ):
        """ConcurrentRunsExceeded is no failure: the step is tried again until there is room."""
        store = held.core().store.task_runs
        full = [store.add(transform_id, "EVALUATION") for _ in range(3)]

        def make_room() -> bool:
            (run,) = instance.get_runs(limit=1)
            waits = dg.DagsterEventType.STEP_UP_FOR_RETRY
            if not instance.all_logs(run.run_id, of_type=waits):
                return False
            return store.transition(full[0].id, "STARTING", "STOPPED")

        with meanwhile(make_room):
            result = materialize("labeling_set", inline)

        assert result.success
        made = [run for run in all_runs(held, transform_id) if run.id not in {r.id for r in full}]
        assert [(run.task_type, run.status) for run in made] == [
            ("LABELING_SET_GENERATION", "SUCCEEDED")
        ]

    def test_goes_on_with_the_task_run_when_the_endpoint_was_away(
        self, materialize, held, transform_id, instance, monkeypatch
    ):
        """The endpoint is restarted under a run; there is one task run all the same."""
        monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        restarted = Restarted(held, instance)
        with restarted, meanwhile(restarted.step):
            endpoint = GlueMLResource(endpoint_url=restarted.url, region_name="us-east-1")
            result = materialize("labels_export", endpoint)

        assert result.success
        assert [run.status for run in all_runs(held, transform_id)] == ["SUCCEEDED"]

    def test_goes_on_with_the_task_run_that_the_re_executed_run_had_begun(
        self, materialize, held, transform_id, tmp_path
    ):
        """Dagster gives a re-execution the tags of the run whose process died."""
        begun = held.client().start_export_labels_task_run(
            TransformId=transform_id, OutputS3Path=(tmp_path / "files" / "labels_export").as_uri()
        )["TaskRunId"]

        with end_by_finishing(held):
            result = materialize("labels_export", tags=task_run_tag(begun, Stage.LABELS_EXPORT))

        assert result.success
        assert [run.id for run in all_runs(held, transform_id)] == [begun]
        job = held.core().store.task_runs.get(begun).details["job"]
        assert job["JobRunId"] == result.run_id

    def test_does_not_take_the_import_of_one_file_for_that_of_another(
        self, materialize, held, transform_id, tmp_path
    ):
        folder = tmp_path / "files" / "labels"
        folder.mkdir(parents=True)
        for name, person in (("a", 2), ("b", 4)):
            rows = [f"{name},A,{number},Person" for number in (person, person + 1)]
            text = "\n".join(["labeling_set_id,label,id,name", *rows])
            (folder / f"{name}.csv").write_text(text)
        begun = held.client().start_import_labels_task_run(
            TransformId=transform_id, InputS3Path=(folder / "a.csv").as_uri()
        )["TaskRunId"]

        with end_by_finishing(held, but=begun):
            result = materialize(
                "labels",
                tags=task_run_tag(begun, Stage.LABELS),
                run_config={
                    "ops": {
                        "glueml__people__labels": {
                            "config": {"input_s3_path": (folder / "b.csv").as_uri()}
                        }
                    }
                },
            )

        assert result.success
        assert held.core().store.task_runs.get(begun).status == "RUNNING"
        current = held.core().store.labels.current(transform_id)
        assert {label.labeling_set_id for label in current} == {"s1", "b"}


class TestRunningItAnew:
    def test_starts_another_task_run_where_the_last_one_has_been_told(
        self, materialize, held, transform_id
    ):
        """Whoever re-executes a run that was good wants it done again."""
        with end_by_finishing(held):
            first = materialize("labels_export")
        (told,) = all_runs(held, transform_id)

        with end_by_finishing(held):
            second = materialize("labels_export", tags=task_run_tag(told.id, Stage.LABELS_EXPORT))

        assert first.success
        assert second.success
        assert len(all_runs(held, transform_id)) == 2


class Restarted:
    """An endpoint that goes when a task run is under way, and comes back when that was noticed."""

    def __init__(self, held: HeldResource, instance: dg.DagsterInstance) -> None:
        self.held, self.instance = held, instance
        self.app = build_app(held.core(), {})
        self.server = ExitStack()
        self.is_away = False

    def __enter__(self) -> None:
        self.url = self.server.enter_context(listening(self.app))

    def __exit__(self, *error: object) -> None:
        self.server.close()

    def step(self) -> bool:
        running = self.held.runner.running()
        if not self.is_away:
            if running:
                self.server.close()
                self.is_away = True
            return False

        (run,) = self.instance.get_runs(limit=1)
        waits = dg.DagsterEventType.STEP_UP_FOR_RETRY
        if not self.instance.all_logs(run.run_id, of_type=waits):
            return False
        port = int(self.url.rpartition(":")[2])
        self.server.enter_context(listening(self.app, port=port))
        self.held.runner.finish(running[0])
        return True


def end_by_finishing(held: HeldResource, but: str | None = None):
    """Have the task run do its work, as soon as there is one."""

    def act() -> bool:
        waiting = [run for run in held.runner.running() if run.id != but]
        for run in waiting:
            held.runner.finish(run)
        return bool(waiting)

    return meanwhile(act)
