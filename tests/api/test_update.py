"""Updating a transform: what is sent changes, what is not sent stays."""

import pytest

from glueml_core.store import Label, LabelSource
from tests.api.conftest import parameters


def get(glue, transform_id):
    transform = glue.get_ml_transform(TransformId=transform_id)
    del transform["ResponseMetadata"]
    return transform


@pytest.mark.behavior(17)
@pytest.mark.parametrize(
    "change",
    [
        {"Name": "other"},
        {"Description": "Second Description"},
        {"Role": "OtherRole"},
        {"GlueVersion": "1.0"},
        {"MaxCapacity": 15.0},
        {"Timeout": 2},
        {"MaxRetries": 10},
    ],
)
def test_one_member_changes_and_the_others_stay(glue, create, change):
    transform_id = create(Description="First Description")
    before = get(glue, transform_id)

    answer = glue.update_ml_transform(TransformId=transform_id, **change)

    after = get(glue, transform_id)
    assert answer["TransformId"] == transform_id
    assert after["LastModifiedOn"] > before["LastModifiedOn"]
    assert after == {**before, **change, "LastModifiedOn": after["LastModifiedOn"]}


@pytest.mark.behavior(17)
def test_a_new_tradeoff_leaves_the_other_parameters_the_labels_and_the_status(glue, core, create):
    transform_id = create(Parameters=parameters(AccuracyCostTradeoff=1, EnforceProvidedLabels=True))
    core.store.labels.append(transform_id, [Label("1", "a", "A", {})], LabelSource(uri="labels"))
    core.store.matchers.publish(transform_id, "matcher", expected_version=0, label_count=1)

    glue.update_ml_transform(
        TransformId=transform_id, Parameters=parameters(PrecisionRecallTradeoff=0.9)
    )

    transform = get(glue, transform_id)
    assert (transform["Status"], transform["LabelCount"]) == ("READY", 1)
    assert transform["Parameters"] == parameters(
        PrecisionRecallTradeoff=0.9, AccuracyCostTradeoff=1, EnforceProvidedLabels=True
    )


@pytest.mark.behavior(18)
def test_workers_take_the_place_of_a_capacity_and_back(glue, create):
    """Terraform sends one form only, and expects the other one to be gone."""
    transform_id = create(MaxCapacity=10)

    glue.update_ml_transform(TransformId=transform_id, WorkerType="G.1X", NumberOfWorkers=2)
    with_workers = get(glue, transform_id)
    glue.update_ml_transform(TransformId=transform_id, MaxCapacity=15)
    with_capacity = get(glue, transform_id)

    assert "MaxCapacity" not in with_workers
    assert (with_workers["WorkerType"], with_workers["NumberOfWorkers"]) == ("G.1X", 2)
    assert with_capacity["MaxCapacity"] == 15
    assert not {"WorkerType", "NumberOfWorkers"} & set(with_capacity)


@pytest.mark.behavior(10)
@pytest.mark.behavior(19)
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"Name": "taken"}, "Another transform with name taken already exists."),
        ({"Name": " "}, "Transform name cannot be blank."),
        (
            {"MaxCapacity": 4.0, "WorkerType": "G.1X", "NumberOfWorkers": 2},
            "Cannot set Max Capacity and Worker Num/Type at the same time.",
        ),
        ({"WorkerType": "G.1X"}, "Both WorkerType and NumberOfWorkers should be set."),
        ({"MaxRetries": -1}, "Max retries should be non-negative."),
        (
            {"Parameters": {"TransformType": "FIND_MATCHES"}},
            "Find Matches parameters have not been set.",
        ),
        (
            {"Parameters": parameters(PrimaryKeyColumnName="nobody")},
            "Schema should contain given primary key: nobody.",
        ),
    ],
)
def test_a_refused_update_changes_nothing(glue, create, change, message):
    create(Name="taken")
    transform_id = create()
    before = get(glue, transform_id)

    with pytest.raises(glue.exceptions.InvalidInputException) as refusal:
        glue.update_ml_transform(TransformId=transform_id, Timeout=1, **change)

    assert refusal.value.response["Error"]["Message"] == message
    assert get(glue, transform_id) == before


def test_a_transform_may_keep_its_name_in_an_update(glue, create):
    """Terraform sends what it has, changed or not."""
    transform_id = create()
    glue.update_ml_transform(TransformId=transform_id, Name="people", Timeout=7)
    assert get(glue, transform_id)["Timeout"] == 7


def test_the_primary_key_changes_only_while_no_label_names_records_by_it(glue, core, create):
    transform_id = create()
    other_key = parameters(PrimaryKeyColumnName="name")
    glue.update_ml_transform(TransformId=transform_id, Parameters=other_key)
    assert get(glue, transform_id)["Parameters"]["FindMatchesParameters"] == {
        "PrimaryKeyColumnName": "name",
        "PrecisionRecallTradeoff": 0.5,
        "AccuracyCostTradeoff": 0.5,
        "EnforceProvidedLabels": False,
    }
    core.store.labels.append(transform_id, [Label("1", "a", "A", {})], LabelSource(uri="labels"))

    with pytest.raises(glue.exceptions.InvalidInputException, match="they name records by name"):
        glue.update_ml_transform(TransformId=transform_id, Parameters=parameters())
