"""Creating a transform: what it is like, and what is refused."""

import re
from typing import Any

import pytest

from tests.api.conftest import PEOPLE, make_table, parameters, request


def refused(glue, **changes):
    with pytest.raises(glue.exceptions.InvalidInputException) as refusal:
        glue.create_ml_transform(**request(**changes))
    assert glue.get_ml_transforms()["Transforms"] == []
    return refusal.value.response["Error"]["Message"]


@pytest.mark.behavior(5)
def test_a_new_transform_has_learned_nothing_and_takes_its_schema_from_the_catalog(glue):
    """Columns come in the table's order, with the types as the catalog spells them."""
    columns = [{"Name": "my_column_2", "Type": "string"}, {"Name": "my_column_1", "Type": "INT"}]
    make_table(glue, "two", columns)
    tables = [{"DatabaseName": "db", "TableName": "two"}]

    made = glue.create_ml_transform(
        **request(
            InputRecordTables=tables, Parameters=parameters(PrimaryKeyColumnName="my_column_1")
        )
    )
    transform = glue.get_ml_transform(TransformId=made["TransformId"])

    assert re.fullmatch("tfm-[0-9a-f]{40}", made["TransformId"])
    assert transform["Status"] == "NOT_READY"
    assert transform["LabelCount"] == 0
    assert "EvaluationMetrics" not in transform
    assert transform["CreatedOn"] == transform["LastModifiedOn"]
    assert transform["InputRecordTables"] == tables
    assert transform["Schema"] == [
        {"Name": "my_column_2", "DataType": "string"},
        {"Name": "my_column_1", "DataType": "INT"},
    ]


@pytest.mark.behavior(6)
def test_create_never_reads_the_data(glue, create):
    """The table's location does not exist; only the catalog is asked."""
    assert create().startswith("tfm-")


def test_a_partition_key_is_a_column_and_counts_once(glue, create):
    """Terraform's own test names its columns again as partition keys and expects two columns."""
    keys = [PEOPLE[1], {"Name": "year", "Type": "int"}]
    make_table(glue, "parted", PEOPLE, PartitionKeys=keys)

    transform_id = create(InputRecordTables=[{"DatabaseName": "DB", "TableName": "Parted"}])

    schema = glue.get_ml_transform(TransformId=transform_id)["Schema"]
    assert [column["Name"] for column in schema] == ["id", "name", "year"]


@pytest.mark.behavior(7)
@pytest.mark.parametrize(
    ("count", "message"),
    [
        (0, "An AWS Glue Table input source should be specified in transform."),
        (2, "Exactly one input record table must be provided."),
    ],
)
def test_a_transform_is_made_for_exactly_one_table(glue, count, message):
    table = {"DatabaseName": "db", "TableName": "people"}
    assert refused(glue, InputRecordTables=[table] * count) == message


@pytest.mark.behavior(8)
@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"TransformType": "FIND_MATCHES"}, "Find Matches parameters have not been set."),
        (
            {"TransformType": "FIND_MATCHES", "FindMatchesParameters": {}},
            "A primary key must be specified in Find Matches parameters.",
        ),
        (
            parameters(PrimaryKeyColumnName="nobody"),
            "Schema should contain given primary key: nobody.",
        ),
    ],
)
def test_a_transform_needs_a_primary_key_of_its_table(glue, given, message):
    assert refused(glue, Parameters=given) == message


@pytest.mark.behavior(9)
@pytest.mark.parametrize(
    ("database", "table", "message"),
    [("db", "nothing", "Table nothing not found."), ("none", "people", "Database none not found.")],
)
def test_a_table_that_is_not_in_the_catalog_is_named(glue, database, table, message):
    tables = [{"DatabaseName": database, "TableName": table}]
    expected = f"Problem fetching the data catalog schema: {message}"
    assert refused(glue, InputRecordTables=tables) == expected


@pytest.mark.behavior(10)
@pytest.mark.parametrize(
    ("capacity", "message"),
    [
        (
            {"MaxCapacity": 4.0, "WorkerType": "G.1X", "NumberOfWorkers": 2},
            "Cannot set Max Capacity and Worker Num/Type at the same time.",
        ),
        ({"WorkerType": "G.1X"}, "Both WorkerType and NumberOfWorkers should be set."),
        ({"NumberOfWorkers": 2}, "Both WorkerType and NumberOfWorkers should be set."),
        ({"MaxCapacity": 1.0}, "MaxCapacity should be >= 2."),
        ({"MaxCapacity": 101.0}, "MaxCapacity should be <= 100."),
        ({"WorkerType": "G.1X", "NumberOfWorkers": 0}, "NumberOfWorkers should be >= 1."),
        ({"MaxRetries": -1}, "Max retries should be non-negative."),
    ],
)
def test_capacity_is_given_in_one_form_and_enough_of_it(glue, capacity, message):
    assert refused(glue, **capacity) == message


@pytest.mark.behavior(11)
def test_what_is_not_said_has_glues_defaults(glue, create):
    transform = glue.get_ml_transform(TransformId=create())

    assert transform["Timeout"] == 2880
    assert transform["MaxCapacity"] == 10.0
    assert transform["GlueVersion"] == "0.9"
    assert transform["MaxRetries"] == 0
    assert transform["Parameters"] == parameters(
        PrecisionRecallTradeoff=0.5, AccuracyCostTradeoff=0.5, EnforceProvidedLabels=False
    )
    assert not {"Description", "WorkerType", "NumberOfWorkers", "TransformEncryption"} & set(
        transform
    )


@pytest.mark.behavior(12)
def test_workers_are_echoed_and_exclude_a_capacity(glue, create):
    transform = glue.get_ml_transform(TransformId=create(WorkerType="G.2X", NumberOfWorkers=5))

    assert (transform["WorkerType"], transform["NumberOfWorkers"]) == ("G.2X", 5)
    assert "MaxCapacity" not in transform


@pytest.mark.behavior(13)
def test_zero_and_false_are_values_and_not_missing(glue, create):
    """Terraform always sends them, and plans for ever if they come back as a default."""
    chosen = parameters(
        PrecisionRecallTradeoff=0, AccuracyCostTradeoff=0, EnforceProvidedLabels=False
    )
    assert glue.get_ml_transform(TransformId=create(Parameters=chosen))["Parameters"] == chosen


def test_all_that_is_sent_comes_back(glue, create):
    sent = {
        "Description": "First\nDescription",
        "Role": "arn:aws:iam::123456789012:role/GlueRole",
        "GlueVersion": "2.0",
        "MaxCapacity": 20.0,
        "Timeout": 1,
        "MaxRetries": 10,
        "TransformEncryption": {
            "MlUserDataEncryption": {"MlUserDataEncryptionMode": "SSE-KMS", "KmsKeyId": "key"},
            "TaskRunSecurityConfigurationName": "secure",
        },
    }
    transform = glue.get_ml_transform(TransformId=create(**sent))
    assert {member: transform[member] for member in sent} == sent


@pytest.mark.parametrize(
    "data_type", ["array<string>", "map<string,int>", "struct<a:int>", "binary", "", "strnig"]
)
def test_a_column_that_nobody_could_compare_is_refused_by_name(glue, data_type):
    make_table(glue, "odd", [*PEOPLE, {"Name": "odd", "Type": data_type}])
    expected = "Input source column odd has an invalid data type defined in the catalog."
    tables = [{"DatabaseName": "db", "TableName": "odd"}]
    assert refused(glue, InputRecordTables=tables) == expected


@pytest.mark.parametrize(
    "data_type",
    ["tinyint", "bigint", "double", "decimal(10, 2)", "varchar(20)", "date", "Timestamp"],
)
def test_scalar_columns_are_welcome(glue, create, data_type):
    make_table(glue, "even", [*PEOPLE, {"Name": "even", "Type": data_type}])
    transform_id = create(InputRecordTables=[{"DatabaseName": "db", "TableName": "even"}])

    schema = glue.get_ml_transform(TransformId=transform_id)["Schema"]
    assert schema[-1] == {"Name": "even", "DataType": data_type}


@pytest.mark.parametrize(
    ("count", "message"),
    [
        (0, "Schema is not defined on the transform."),
        (101, "Schema should contain at most 100 columns."),
    ],
)
def test_a_table_has_one_to_a_hundred_columns(glue, count, message):
    make_table(glue, "many", [{"Name": f"c{n}", "Type": "int"} for n in range(count)])
    tables = [{"DatabaseName": "db", "TableName": "many"}]
    assert refused(glue, InputRecordTables=tables) == message


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"Name": " "}, "Transform name cannot be blank."),
        ({"Role": ""}, "Role cannot be blank."),
        (
            {"InputRecordTables": [{"DatabaseName": " ", "TableName": "people"}]},
            "Should specify database name.",
        ),
        (
            {"InputRecordTables": [{"DatabaseName": "db", "TableName": " "}]},
            "Should specify table name.",
        ),
        (
            {"Tags": {"aws:team": "blue"}},
            "Tag keys and values must not begin with aws: aws:team.",
        ),
    ],
)
def test_blank_names_and_reserved_tags_are_refused(glue, changes, message):
    assert refused(glue, **changes) == message


@pytest.mark.behavior(16)
def test_an_account_has_a_limited_number_of_transforms(glue, core, create):
    limit = core.settings.max_transforms
    ids = [create(Name=f"transform {n}") for n in range(limit)]

    with pytest.raises(glue.exceptions.ResourceNumberLimitExceededException) as refusal:
        create(Name="one more")
    glue.delete_ml_transform(TransformId=ids[0])

    assert limit == 100
    assert refusal.value.response["Error"]["Message"] == (
        "ML Transforms count (101) has exceeded the limit of 100 transforms."
    )
    assert create(Name="one more").startswith("tfm-")


PARTITIONED = [{"Name": "year", "Type": "int"}]


def source(table: str, **options: str) -> list[dict[str, Any]]:
    return [{"DatabaseName": "db", "TableName": table, "AdditionalOptions": options}]


def test_a_partition_predicate_is_kept_with_the_source(glue, create):
    make_table(glue, "years", PEOPLE, PartitionKeys=PARTITIONED)
    chosen = source("years", pushDownPredicate="year >= 2026")

    transform_id = create(InputRecordTables=chosen)

    assert glue.get_ml_transform(TransformId=transform_id)["InputRecordTables"] == chosen


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (
            {"pushDownPredicate": "name = 'ann'"},
            r"must be a condition on the partition keys \(year\)",
        ),
        ({"catalogPartitionPredicate": "year ="}, r"must be a condition on the partition keys"),
        ({"groupFiles": "none"}, "AdditionalOptions may hold .* but not groupFiles"),
    ],
)
def test_what_could_not_be_applied_later_is_refused(glue, create, options, reason):
    make_table(glue, "years", PEOPLE, PartitionKeys=PARTITIONED)

    with pytest.raises(glue.exceptions.InvalidInputException, match=reason):
        create(InputRecordTables=source("years", **options))
