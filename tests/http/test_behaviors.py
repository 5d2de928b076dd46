"""What task runs do, as a client on the other side of a socket sees it: a real `glueml serve`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import psutil
import pytest

from glueml_core import FindIncrementalMatches, FindMatches, connect, core_of
from tests.http.server_process import ServerProcess, serve, wait_until_ended
from tests.standing_still import hold
from tests.tasks.people import (
    KEY,
    PEOPLE,
    add_table,
    label_file,
    pair_f1,
    papers_labeled,
)
from tests.waiting import wait_for

HEADER = "labeling_set_id,label,id,name\n"
# Enough to be kept, too little to learn from: no two of them are a match.
STRANGERS = HEADER + "s,A,1,ann\ns,B,3,bob\n"
SMALL = "id,name\n1,ann\n2,anne\n3,bob\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("behaviors")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[ServerProcess]:
    with serve(folder / "store") as running:
        yield running


@pytest.fixture(scope="module")
def glue(server: ServerProcess) -> Any:
    client = server.client()
    client.create_database(DatabaseInput={"Name": "db"})
    return client


@pytest.fixture(scope="module")
def in_process(folder: Path, glue: Any) -> Any:
    """Another client of the same store: match jobs need one, as no operation starts them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GLUEML_FILE_ROOTS", f'["{folder}"]')
        return connect(folder / "store")


class Transform:
    """A transform of a table of its own, and what its owner does with it."""

    def __init__(self, glue: Any, folder: Path, name: str, csv: str, key: str = "id") -> None:
        self._glue = glue
        self.folder = folder / name
        self.folder.mkdir()
        (self.folder / "source.csv").write_text(csv)
        columns = csv.partition("\n")[0].split(",")
        add_table(glue, name, str(self.folder / "source.csv"), columns)
        self.id = glue.create_ml_transform(
            Name=name,
            Role="role",
            InputRecordTables=[{"DatabaseName": "db", "TableName": name}],
            Parameters={
                "TransformType": "FIND_MATCHES",
                "FindMatchesParameters": {"PrimaryKeyColumnName": key},
            },
        )["TransformId"]

    def get(self) -> dict[str, Any]:
        return dict(self._glue.get_ml_transform(TransformId=self.id))

    def imported(self, content: str, *, replace: bool = False) -> dict[str, Any]:
        (self.folder / "labels.csv").write_text(content)
        return self._ended(
            self._glue.start_import_labels_task_run(
                TransformId=self.id,
                InputS3Path=str(self.folder / "labels.csv"),
                ReplaceAllLabels=replace,
            )
        )

    def exported(self) -> Path:
        path = self.folder / "exports"
        before = set(path.glob("*"))
        start = self._glue.start_export_labels_task_run
        self._succeeded(start(TransformId=self.id, OutputS3Path=str(path)))
        [file] = set(path.glob("*")) - before
        return file

    def asked(self) -> pd.DataFrame:
        path = self.folder / "sets"
        before = set(path.glob("*"))
        start = self._glue.start_ml_labeling_set_generation_task_run
        self._succeeded(start(TransformId=self.id, OutputS3Path=str(path)))
        [file] = set(path.glob("*")) - before
        return pd.read_csv(file, dtype=str, keep_default_na=False)

    def measured(self) -> dict[str, Any]:
        self._succeeded(self._glue.start_ml_evaluation_task_run(TransformId=self.id))
        return dict(self.get()["EvaluationMetrics"]["FindMatchesMetrics"])

    def _succeeded(self, started: dict[str, str]) -> None:
        run = self._ended(started)
        assert run["Status"] == "SUCCEEDED", run["ErrorString"]

    def _ended(self, started: dict[str, str]) -> dict[str, Any]:
        return wait_until_ended(self._glue, self.id, started["TaskRunId"])


@pytest.fixture
def small(glue: Any, folder: Path, request: pytest.FixtureRequest) -> Transform:
    """Three people, for this test alone."""
    name = re.sub(r"\W+", "_", request.node.name)
    return Transform(glue, folder, name, SMALL)


@pytest.fixture(scope="module")
def taught(glue: Any, folder: Path) -> Transform:
    """FEBRL's people, with the labels of 40 of them."""
    transform = Transform(glue, folder, "taught", PEOPLE.to_csv(index=False), KEY)
    labels = label_file(folder / "labels.csv")
    run = transform.imported((folder / "labels.csv").read_text())
    assert run["Status"] == "SUCCEEDED", run
    assert (transform.get()["Status"], transform.get()["LabelCount"]) == ("READY", len(labels))
    return transform


@pytest.mark.behavior(24, 26)
def test_labeling_sets_ask_about_other_records_each_time(glue, folder):
    people = Transform(glue, folder, "asked", PEOPLE.to_csv(index=False), KEY)
    first = people.asked()
    answered = first.assign(label=[str(number) for number in range(len(first))])
    assert people.imported(answered.to_csv(index=False))["Status"] == "SUCCEEDED"
    second = people.asked()

    assert list(first.columns) == ["labeling_set_id", "label", *PEOPLE.columns]
    assert (first["label"] == "").all()
    source = PEOPLE.set_index(KEY).loc[first[KEY]].reset_index()[list(PEOPLE.columns)]
    pd.testing.assert_frame_equal(first[list(PEOPLE.columns)], source)
    assert not set(second[KEY]) & set(first[KEY])


@pytest.mark.behavior(25, 27, 35)
def test_a_label_means_something_only_in_its_set(glue, folder):
    """37 of the pairs are matches; the two records of label 40, in two sets, are neither."""
    rows = papers_labeled()
    papers = Transform(glue, folder, "papers", rows[["id", "name"]].to_csv(index=False))
    assert papers.imported(rows.to_csv(index=False))["Status"] == "SUCCEEDED"
    counts = papers.measured()["ConfusionMatrix"]

    assert (papers.get()["Status"], papers.get()["LabelCount"]) == ("READY", 150)
    assert counts["NumTruePositives"] + counts["NumFalseNegatives"] == 37
    assert counts["NumFalsePositives"] + counts["NumTrueNegatives"] == 3638


@pytest.mark.behavior(28)
def test_labels_are_case_sensitive(small):
    """Read alike, these would be a match, and no difference."""
    run = small.imported(HEADER + "s,A,1,ann\ns,a,2,anne\n")

    assert run["Status"] == "SUCCEEDED"
    assert (small.get()["Status"], small.get()["LabelCount"]) == ("NOT_READY", 2)
    assert small.exported().read_text() == HEADER + "s,A,1,ann\ns,a,2,anne\n"


@pytest.mark.behavior(29, 33)
def test_labels_add_up_or_are_replaced_and_come_out_as_they_went_in(small):
    small.imported(STRANGERS)
    small.imported(HEADER + "t,A,2,anne\nt,B,3,bob\n")
    assert small.get()["LabelCount"] == 4

    file = small.exported()
    uuid = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
    assert re.fullmatch(
        rf"{small.id}_labels_\d{{4}}-\d\d-\d\d_\d\d_\d\d_\d\d_{uuid}\.csv", file.name
    )
    small.imported(file.read_text(), replace=True)
    assert small.get()["LabelCount"] == 4
    assert small.exported().read_text() == file.read_text()

    small.imported(HEADER + "u,A,2,anne\n", replace=True)
    assert small.get()["LabelCount"] == 1


@pytest.mark.behavior(31)
@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("set,label,id,name\ns,A,1,ann\n", "Line 1: the header must begin with labeling_set"),
        (HEADER + "s,A,2,anne\n,B,3,bob\n", "Line 3, column labeling_set_id: no value"),
        (HEADER + "s,,2,anne\n", "Column label is blank in all of its 1 rows"),
        (HEADER + "s,A,2\0,anne\n", "Line 2, column id: a NUL byte"),
    ],
)
def test_a_bad_label_file_fails_its_run_and_leaves_the_labels(small, content, reason):
    small.imported(STRANGERS)
    run = small.imported(content, replace=True)

    assert run["Status"] == "FAILED"
    assert f"labels.csv. {reason}" in run["ErrorString"]
    assert small.exported().read_text() == STRANGERS


class TestARunThatGoesWrong:
    @pytest.fixture
    def stuck(self, glue, in_process, taught) -> Callable[[], tuple[str, psutil.Process]]:
        """Start an evaluation whose worker stands still; gives the run's id and the worker."""
        task_runs = core_of(in_process).store.task_runs

        def start() -> tuple[str, psutil.Process]:
            run_id = glue.start_ml_evaluation_task_run(TransformId=taught.id)["TaskRunId"]
            return run_id, standing(run_id)

        def standing(run_id: str) -> psutil.Process:
            def running() -> Any:
                run = task_runs.get(run_id)
                return run if run.status == "RUNNING" else None

            owner = wait_for(running).owner
            [worker] = wait_for(lambda: psutil.Process(owner.pid).children())
            hold(worker, core_of(in_process).settings.store)
            return worker

        start.again = standing
        return start

    @pytest.mark.behavior(36, 37)
    def test_three_may_be_active_and_a_stopped_one_makes_room(self, glue, taught, stuck):
        started = [stuck()[0] for _ in range(3)]
        with pytest.raises(glue.exceptions.ConcurrentRunsExceededException, match="limit of 3"):
            glue.start_ml_evaluation_task_run(TransformId=taught.id)

        for run_id in started:
            answer = glue.cancel_ml_task_run(TransformId=taught.id, TaskRunId=run_id)
            assert answer["Status"] in {"STOPPING", "STOPPED"}
        ended = [wait_until_ended(glue, taught.id, run_id) for run_id in started]
        assert [run["Status"] for run in ended] == ["STOPPED"] * 3
        glue.cancel_ml_task_run(TransformId=taught.id, TaskRunId=stuck()[0])

    @pytest.mark.behavior(38)
    def test_it_times_out_or_is_tried_again(self, glue, in_process, taught, stuck):
        transforms = core_of(in_process).store.transforms
        # The API takes whole minutes from 1; the store does not mind.
        transforms.update(taught.id, timeout_minutes=0)
        run_id, _ = stuck()
        late = wait_until_ended(glue, taught.id, run_id)
        assert (late["Status"], late["ErrorString"]) == (
            "TIMEOUT",
            "The task run took longer than its timeout.",
        )

        glue.update_ml_transform(TransformId=taught.id, Timeout=2880, MaxRetries=1)
        run_id, worker = stuck()
        worker.kill()
        task_runs = core_of(in_process).store.task_runs
        wait_for(lambda: task_runs.get(run_id).attempt == 2)
        stuck.again(run_id).kill()
        failed = wait_until_ended(glue, taught.id, run_id)
        assert failed["Status"] == "FAILED"
        assert failed["ErrorString"] == "The process of the task run was killed by signal 9."
        assert {"CompletedOn", "ExecutionTime"} <= failed.keys()
        glue.update_ml_transform(TransformId=taught.id, MaxRetries=0)


@pytest.mark.behavior(39, 40)
def test_what_is_set_over_the_socket_holds_in_the_next_match_job(glue, in_process, taught):
    """And the job's runs are there for every client to see."""

    def tuned(**parameters: Any) -> None:
        chosen = {"PrimaryKeyColumnName": KEY, **parameters}
        glue.update_ml_transform(
            TransformId=taught.id,
            Parameters={"TransformType": "FIND_MATCHES", "FindMatchesParameters": chosen},
        )

    def pairs(matched: pd.DataFrame) -> int:
        sizes = matched["match_id"].value_counts()
        return int((sizes * (sizes - 1) // 2).sum())

    new, old = PEOPLE[:30], PEOPLE[30:]
    tuned(PrecisionRecallTradeoff=1.0)
    precise = FindMatches.apply(old, taught.id, client=in_process, jobName="nightly")
    tuned(PrecisionRecallTradeoff=0.0, EnforceProvidedLabels=True)
    thorough = FindMatches.apply(old, taught.id, client=in_process)
    both = FindIncrementalMatches.apply(precise, new, taught.id, client=in_process)

    pd.testing.assert_frame_equal(precise.drop(columns="match_id"), old)
    assert pairs(precise) <= pairs(thorough)
    labels = pd.read_csv(taught.folder / "labels.csv", dtype=str)
    same = labels.merge(thorough, on=KEY).groupby(["labeling_set_id", "label"])["match_id"]
    assert same.nunique().max() == 1
    assert both[: len(old)]["match_id"].tolist() == precise["match_id"].tolist()
    assert pair_f1(both) > 0.9
    runs = glue.get_ml_task_runs(TransformId=taught.id, Filter={"TaskRunType": "FIND_MATCHES"})
    told = [run["Properties"]["FindMatchesTaskRunProperties"] for run in runs["TaskRuns"]]
    assert [run["Status"] for run in runs["TaskRuns"]] == ["SUCCEEDED"] * 3
    assert told[-1]["JobName"] == "nightly"
    assert all({"JobId", "JobName", "JobRunId"} <= properties.keys() for properties in told)
