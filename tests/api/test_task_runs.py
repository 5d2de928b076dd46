"""Task runs: started, refused, cancelled."""

import re

import pytest

from glueml_core.store import Label, LabelSource


@pytest.fixture
def taught(core, create):
    """A transform in READY."""
    transform_id = create()
    core.store.labels.append(transform_id, [Label("1", "a", "A", {})], LabelSource(uri="labels"))
    core.store.matchers.publish(transform_id, "matcher", expected_version=0, label_count=1)
    return transform_id


def finish(core, run_id):
    core.store.task_runs.transition(run_id, "STARTING", "RUNNING")
    core.store.task_runs.transition(run_id, "RUNNING", "SUCCEEDED")


def test_a_start_answers_at_once_and_hands_the_run_to_the_runner(glue, core, create, tmp_path):
    transform_id = create()

    answer = glue.start_ml_labeling_set_generation_task_run(
        TransformId=transform_id, OutputS3Path=f"{tmp_path}/sets"
    )

    run = glue.get_ml_task_run(TransformId=transform_id, TaskRunId=answer["TaskRunId"])
    assert re.fullmatch("tsk-[0-9a-f]{40}", answer["TaskRunId"])
    assert core.runner.submitted == [answer["TaskRunId"]]
    assert (run["Status"], run["ExecutionTime"]) == ("STARTING", 0)
    assert run["StartedOn"] == run["LastModifiedOn"]
    assert not {"CompletedOn", "ErrorString"} & set(run)
    assert run["Properties"] == {
        "TaskType": "LABELING_SET_GENERATION",
        "LabelingSetGenerationTaskRunProperties": {"OutputS3Path": f"{tmp_path}/sets"},
    }


def test_an_evaluation_has_no_properties_of_its_own(glue, taught):
    answer = glue.start_ml_evaluation_task_run(TransformId=taught)
    run = glue.get_ml_task_run(TransformId=taught, TaskRunId=answer["TaskRunId"])
    assert run["Properties"] == {"TaskType": "EVALUATION"}


@pytest.mark.behavior(34)
def test_a_transform_without_labels_is_not_evaluated(glue, core, create):
    """A transform nobody has taught cannot be measured, and nothing is started."""
    transform_id = create()

    with pytest.raises(glue.exceptions.MLTransformNotReadyException) as refusal:
        glue.start_ml_evaluation_task_run(TransformId=transform_id)

    assert refusal.value.response["Error"]["Message"] == (
        "This operation can only be applied to a transform that is in a READY state."
    )
    assert core.runner.submitted == []
    assert glue.get_ml_task_runs(TransformId=transform_id)["TaskRuns"] == []


@pytest.mark.behavior(36)
def test_three_runs_of_a_transform_may_be_active(glue, core, taught, tmp_path):
    started = [glue.start_ml_evaluation_task_run(TransformId=taught) for _ in range(3)]
    text = "ML Task Runs count 4 has exceeded the transform limit of 3 task runs."

    for start in (
        lambda: glue.start_ml_evaluation_task_run(TransformId=taught),
        lambda: glue.start_ml_labeling_set_generation_task_run(
            TransformId=taught, OutputS3Path=str(tmp_path)
        ),
    ):
        with pytest.raises(glue.exceptions.ConcurrentRunsExceededException) as refusal:
            start()
        assert refusal.value.response["Error"]["Message"] == text

    finish(core, started[1]["TaskRunId"])
    glue.start_ml_evaluation_task_run(TransformId=taught)
    assert len(core.runner.submitted) == 4


@pytest.mark.behavior(36)
def test_an_account_may_have_thirty_active_runs(glue, core, create, taught):
    for n in range(10):
        other = create(Name=f"other {n}")
        for _ in range(3):
            core.store.task_runs.add(other, "FIND_MATCHES")

    with pytest.raises(glue.exceptions.ConcurrentRunsExceededException) as refusal:
        glue.start_ml_evaluation_task_run(TransformId=taught)
    assert refusal.value.response["Error"]["Message"] == (
        "ML Task Runs count 31 has exceeded the limit of 30 task runs."
    )


def test_exports_count_but_are_not_refused(glue, taught, tmp_path):
    """Glue's model gives StartExportLabelsTaskRun no error for too many runs."""
    for _ in range(4):
        glue.start_export_labels_task_run(TransformId=taught, OutputS3Path=str(tmp_path))

    with pytest.raises(glue.exceptions.ConcurrentRunsExceededException, match="count 5"):
        glue.start_ml_evaluation_task_run(TransformId=taught)


@pytest.mark.behavior(37)
def test_a_cancelled_run_is_stopping_until_its_runner_has_stopped_it(glue, core, taught):
    run_id = glue.start_ml_evaluation_task_run(TransformId=taught)["TaskRunId"]
    ids = {"TransformId": taught, "TaskRunId": run_id}
    core.store.task_runs.transition(run_id, "STARTING", "RUNNING")

    first = glue.cancel_ml_task_run(**ids)
    again = glue.cancel_ml_task_run(**ids)
    core.store.task_runs.transition(run_id, "STOPPING", "STOPPED")
    late = glue.cancel_ml_task_run(**ids)

    assert {member: first[member] for member in ids} == ids
    assert [answer["Status"] for answer in (first, again, late)] == [
        "STOPPING",
        "STOPPING",
        "STOPPED",
    ]
    assert core.runner.cancelled == [run_id, run_id]
    assert "CompletedOn" in glue.get_ml_task_run(**ids)


def test_a_run_that_has_ended_keeps_its_status_when_it_is_cancelled(glue, core, taught):
    run_id = glue.start_ml_evaluation_task_run(TransformId=taught)["TaskRunId"]
    finish(core, run_id)

    answer = glue.cancel_ml_task_run(TransformId=taught, TaskRunId=run_id)

    assert answer["Status"] == "SUCCEEDED"
    assert core.runner.cancelled == []


def test_a_run_that_cannot_be_started_has_failed_and_says_why(glue, core, taught, monkeypatch):
    """The run is on record already: an error would make boto3 start it again, five times."""

    def refuse(run):
        raise OSError("no process to be had")

    monkeypatch.setattr(core.runner, "submit", refuse)

    run_id = glue.start_ml_evaluation_task_run(TransformId=taught)["TaskRunId"]

    run = glue.get_ml_task_run(TransformId=taught, TaskRunId=run_id)
    assert run["Status"] == "FAILED"
    assert run["ErrorString"] == "The task run could not be started: no process to be had."
