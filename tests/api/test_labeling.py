"""Starting the tasks about labels: what is refused before anything runs."""

import pytest

from glueml_core.store import Label, LabelSource


@pytest.fixture
def start_import(glue, create):
    transform_id = create()

    def start(path, **more):
        return glue.start_import_labels_task_run(
            TransformId=transform_id, InputS3Path=str(path), **more
        )["TaskRunId"]

    start.transform_id = transform_id
    return start


def refusal_of(glue, start_import, path, error="InvalidInputException"):
    with pytest.raises(getattr(glue.exceptions, error)) as refusal:
        start_import(path)
    runs = glue.get_ml_task_runs(TransformId=start_import.transform_id)["TaskRuns"]
    assert runs == []
    return refusal.value.response["Error"]["Message"]


@pytest.mark.parametrize("replace", [None, False, True])
def test_an_import_shows_its_file_and_whether_it_replaces(glue, start_import, tmp_path, replace):
    file = tmp_path / "labels.csv"
    file.write_text("labeling_set_id,label,id,name\n")
    more = {} if replace is None else {"ReplaceAllLabels": replace}

    run_id = start_import(file, **more)

    run = glue.get_ml_task_run(TransformId=start_import.transform_id, TaskRunId=run_id)
    assert run["Properties"] == {
        "TaskType": "IMPORT_LABELS",
        "ImportLabelsTaskRunProperties": {"InputS3Path": str(file), "Replace": bool(replace)},
    }


@pytest.mark.behavior(30)
def test_a_local_file_that_cannot_be_imported_is_refused_at_once(glue, start_import, tmp_path):
    empty, large = tmp_path / "empty.csv", tmp_path / "large.csv"
    empty.touch()
    large.write_bytes(b"x" * (10 * 1024 * 1024 + 1))
    limit = "ResourceNumberLimitExceededException"

    missing = refusal_of(glue, start_import, tmp_path / "missing.csv")
    assert missing.startswith(f"Cannot access the label file at {tmp_path}/missing.csv. ")
    assert refusal_of(glue, start_import, empty) == "Invalid label file of size 0."
    assert refusal_of(glue, start_import, large, limit) == (
        "Label file has exceeded the limit of 10 MB."
    )
    assert refusal_of(glue, start_import, "labels.csv") == "Invalid label file path."
    assert refusal_of(glue, start_import, "/etc/passwd").startswith(
        "Cannot access the label file at /etc/passwd. "
    )


def test_a_label_file_may_have_ten_megabytes(start_import, tmp_path):
    file = tmp_path / "labels.csv"
    file.write_bytes(b"x" * (10 * 1024 * 1024))
    assert start_import(file).startswith("tsk-")


@pytest.mark.behavior(30)
def test_an_s3_object_that_cannot_be_imported_is_refused_at_once(glue, start_import, s3, bucket):
    s3.put_object(Bucket=bucket, Key="empty.csv", Body=b"")
    s3.put_object(Bucket=bucket, Key="large.csv", Body=b"x" * (10 * 1024 * 1024 + 1))
    s3.create_bucket(
        Bucket=f"far-{bucket}", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    s3.put_object(Bucket=f"far-{bucket}", Key="labels.csv", Body=b"x")
    limit = "ResourceNumberLimitExceededException"

    missing = refusal_of(glue, start_import, f"s3://{bucket}/missing.csv")
    assert missing.startswith(f"Cannot access the label file at s3://{bucket}/missing.csv. ")
    assert refusal_of(glue, start_import, f"s3://{bucket}") == "Invalid label file path."
    assert refusal_of(glue, start_import, f"s3://{bucket}/empty.csv") == (
        "Invalid label file of size 0."
    )
    assert refusal_of(glue, start_import, f"s3://{bucket}/large.csv", limit) == (
        "Label file has exceeded the limit of 10 MB."
    )
    assert refusal_of(glue, start_import, f"s3://far-{bucket}/labels.csv") == (
        "S3 path provided is not in the same region as transform. "
        "Expecting region - us-east-1, but got - eu-west-1."
    )


@pytest.mark.behavior(32)
def test_there_is_nothing_to_export_without_labels(glue, create, tmp_path):
    transform_id = create()

    with pytest.raises(glue.exceptions.EntityNotFoundException) as refusal:
        glue.start_export_labels_task_run(TransformId=transform_id, OutputS3Path=str(tmp_path))

    assert refusal.value.response["Error"]["Message"] == (
        f"No labelset exists for transformId {transform_id} in account id 000000000000."
    )
    assert glue.get_ml_task_runs(TransformId=transform_id)["TaskRuns"] == []


def test_an_output_path_that_cannot_be_written_is_refused_at_once(glue, core, create, s3, bucket):
    transform_id = create()
    core.store.labels.append(transform_id, [Label("1", "a", "A", {})], LabelSource(uri="labels"))
    s3.create_bucket(
        Bucket=f"far-{bucket}", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )

    for start in (
        glue.start_export_labels_task_run,
        glue.start_ml_labeling_set_generation_task_run,
    ):
        for path, text in (
            ("out", "Cannot write to out. "),
            ("/etc/out", "Cannot write to /etc/out. "),
            (f"s3://no-{bucket}/out", f"Cannot write to s3://no-{bucket}/out. "),
            (f"s3://far-{bucket}/out", "S3 path provided is not in the same region as transform. "),
        ):
            with pytest.raises(glue.exceptions.InvalidInputException) as refusal:
                start(TransformId=transform_id, OutputS3Path=path)
            assert refusal.value.response["Error"]["Message"].startswith(text)
    assert core.runner.submitted == []
