"""Deleting a transform: it is gone with all that it had, and its name is free."""

import pytest

from glueml_core.store import Label, LabelSource


@pytest.mark.behavior(20)
def test_a_deleted_transform_is_gone_and_its_name_is_free(glue, create):
    transform_id = create(Tags={"team": "blue"})

    answer = glue.delete_ml_transform(TransformId=transform_id)

    assert answer["TransformId"] == transform_id
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.get_ml_transform(TransformId=transform_id)
    assert create() != transform_id


@pytest.mark.behavior(20)
def test_a_transform_with_a_running_task_stays_deleting_until_the_task_has_stopped(
    glue, core, create, tmp_path
):
    transform_id = create()
    started = glue.start_ml_labeling_set_generation_task_run(
        TransformId=transform_id, OutputS3Path=str(tmp_path)
    )
    run_id = started["TaskRunId"]
    core.store.task_runs.transition(run_id, "STARTING", "RUNNING")

    glue.delete_ml_transform(TransformId=transform_id)
    run = glue.get_ml_task_run(TransformId=transform_id, TaskRunId=run_id)
    deleting = glue.get_ml_transform(TransformId=transform_id)
    successor = create()
    core.store.task_runs.transition(run_id, "STOPPING", "STOPPED")

    assert (run["Status"], core.runner.cancelled) == ("STOPPING", [run_id])
    assert deleting["Status"] == "DELETING"
    assert glue.list_ml_transforms()["TransformIds"] == [successor]


def test_nothing_starts_and_nothing_changes_on_a_transform_that_is_being_deleted(
    glue, core, create, tmp_path
):
    transform_id = create()
    core.store.task_runs.add(transform_id, "EVALUATION")
    core.store.labels.append(transform_id, [Label("1", "a", "A", {})], LabelSource(uri="labels"))
    glue.delete_ml_transform(TransformId=transform_id)
    gone = glue.exceptions.EntityNotFoundException
    path = str(tmp_path)

    for call in (
        lambda: glue.update_ml_transform(TransformId=transform_id, Timeout=1),
        lambda: glue.start_ml_evaluation_task_run(TransformId=transform_id),
        lambda: glue.start_export_labels_task_run(TransformId=transform_id, OutputS3Path=path),
        lambda: glue.start_import_labels_task_run(TransformId=transform_id, InputS3Path=path),
        lambda: glue.start_ml_labeling_set_generation_task_run(
            TransformId=transform_id, OutputS3Path=path
        ),
    ):
        with pytest.raises(gone, match="Cannot find MLTransform in account"):
            call()
    assert core.runner.submitted == []


def test_labels_matcher_and_tags_go_with_the_transform(glue, core, create):
    transform_id = create(Tags={"team": "blue"})
    core.store.labels.append(transform_id, [Label("1", "a", "A", {})], LabelSource(uri="labels"))
    core.store.labels.add_generated(transform_id, "tsk-1", {"set": ["a"]})
    core.store.matchers.publish(transform_id, "matcher", expected_version=0, label_count=1)

    glue.delete_ml_transform(TransformId=transform_id)

    assert core.store.labels.current(transform_id) == []
    assert core.store.labels.imports(transform_id) == []
    assert core.store.labels.generated(transform_id) == []
    assert core.store.matchers.get(transform_id) is None
    assert core.store.tags.get(f"mlTransform/{transform_id}") == {}


def test_a_deletion_that_a_dead_process_began_is_finished_by_the_next(core, create):
    transform_id = create()
    core.store.transforms.start_deleting(transform_id)

    core.recover()

    assert core.store.transforms.deleting() == []
