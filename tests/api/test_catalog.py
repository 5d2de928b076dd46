"""The embedded Data Catalog, as Terraform and people fill it."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.conftest import PEOPLE, make_table


def test_a_database_is_made_read_and_deleted_with_its_tables(glue):
    glue.create_database(
        DatabaseInput={"Name": "Shop", "Description": "d", "Parameters": {"a": "b"}}
    )
    database = glue.get_database(Name="SHOP")["Database"]
    names = [database["Name"] for database in glue.get_databases()["DatabaseList"]]
    glue.create_table(DatabaseName="shop", TableInput={"Name": "t"})
    glue.delete_database(Name="shop")

    assert (database["Name"], database["Description"]) == ("shop", "d")
    assert database["Parameters"] == {"a": "b"}
    assert database["CatalogId"] == "000000000000"
    assert names == ["db", "shop"]
    with pytest.raises(glue.exceptions.EntityNotFoundException, match="Database shop not found"):
        glue.get_tables(DatabaseName="shop")
    glue.create_database(DatabaseInput={"Name": "shop"})
    assert glue.get_tables(DatabaseName="shop")["TableList"] == []


def test_a_table_comes_back_as_it_was_defined(glue):
    definition = {
        "Name": "full",
        "Description": "d",
        "Owner": "me",
        "LastAccessTime": 1700000000,
        "Retention": 3,
        "StorageDescriptor": {
            "Columns": [{"Name": "id", "Type": "int", "Comment": "c"}],
            "Location": "s3://bucket/full/",
            "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
            "SerdeInfo": {
                "SerializationLibrary": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
                "Parameters": {"field.delim": ","},
            },
            "SortColumns": [{"Column": "id", "SortOrder": 1}],
        },
        "PartitionKeys": [{"Name": "year", "Type": "int"}],
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {"classification": "csv"},
    }
    glue.create_table(DatabaseName="db", TableInput=definition)

    table = glue.get_table(DatabaseName="db", Name="Full")["Table"]

    assert table["LastAccessTime"].timestamp() == 1700000000
    del table["LastAccessTime"], definition["LastAccessTime"]
    assert {member: table[member] for member in definition} == definition
    assert (table["DatabaseName"], table["VersionId"]) == ("db", "0")
    assert table["CreateTime"] == table["UpdateTime"]


def test_an_update_replaces_the_definition_unless_somebody_was_faster(glue):
    changed = {"Name": "people", "Description": "new"}
    glue.update_table(DatabaseName="db", TableInput=changed, VersionId="0")

    with pytest.raises(glue.exceptions.ConcurrentModificationException):
        glue.update_table(DatabaseName="db", TableInput={"Name": "people"}, VersionId="0")

    table = glue.get_table(DatabaseName="db", Name="people")["Table"]
    assert (table["Description"], table["VersionId"]) == ("new", "1")
    assert "StorageDescriptor" not in table
    assert table["UpdateTime"] > table["CreateTime"]


def test_a_change_of_the_table_leaves_the_transforms_schema(glue, create):
    transform_id = create()
    columns = [*PEOPLE, {"Name": "new", "Type": "int"}]
    definition = {"Name": "people", "StorageDescriptor": {"Columns": columns}}
    glue.update_table(DatabaseName="db", TableInput=definition)

    schema = glue.get_ml_transform(TransformId=transform_id)["Schema"]
    assert [column["Name"] for column in schema] == ["id", "name"]


def test_names_that_are_taken_or_missing_are_told(glue):
    exists, missing = (
        glue.exceptions.AlreadyExistsException,
        glue.exceptions.EntityNotFoundException,
    )
    people = {"Name": "People"}
    for error, call in (
        (exists, lambda: glue.create_database(DatabaseInput={"Name": "DB"})),
        (exists, lambda: glue.create_table(DatabaseName="db", TableInput=people)),
        (missing, lambda: glue.create_table(DatabaseName="no", TableInput=people)),
        (missing, lambda: glue.update_table(DatabaseName="db", TableInput={"Name": "no"})),
        (missing, lambda: glue.get_database(Name="no")),
        (missing, lambda: glue.delete_database(Name="no")),
        (missing, lambda: glue.get_table(DatabaseName="db", Name="no")),
        (missing, lambda: glue.delete_table(DatabaseName="db", Name="no")),
    ):
        with pytest.raises(error):
            call()


def test_a_deleted_table_is_gone(glue):
    glue.delete_table(DatabaseName="db", Name="people")
    assert glue.get_tables(DatabaseName="db")["TableList"] == []


@pytest.mark.parametrize(
    ("expression", "expected"),
    [(None, ["people", "places"]), ("*", ["people", "places"]), ("PE.*", ["people"]), ("p", [])],
)
def test_tables_are_found_by_expression(glue, expression, expected):
    make_table(glue, "places", PEOPLE)
    more = {} if expression is None else {"Expression": expression}
    tables = glue.get_tables(DatabaseName="db", **more)["TableList"]
    assert [table["Name"] for table in tables] == expected


def test_a_broken_expression_is_refused(glue):
    with pytest.raises(glue.exceptions.InvalidInputException, match="Invalid expression"):
        glue.get_tables(DatabaseName="db", Expression="(")


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(count=st.integers(0, 7), page_size=st.integers(1, 3))
def test_paginators_see_every_table_and_database_once(glue, count, page_size):
    glue.create_database(DatabaseInput={"Name": "paged"})
    names = [f"t{n}" for n in range(count)]
    for name in names:
        glue.create_table(DatabaseName="paged", TableInput={"Name": name})

    config = {"PageSize": page_size}
    tables = glue.get_paginator("get_tables").paginate(
        DatabaseName="paged", Expression="t[0-9]*", PaginationConfig=config
    )
    databases = glue.get_paginator("get_databases").paginate(PaginationConfig=config)

    assert [table["Name"] for page in tables for table in page["TableList"]] == names
    assert [d["Name"] for page in databases for d in page["DatabaseList"]] == ["db", "paged"]
    glue.delete_database(Name="paged")


def test_a_table_of_an_open_table_format_is_refused(glue):
    with pytest.raises(glue.exceptions.InvalidInputException, match="TableInput must be given"):
        glue.create_table(DatabaseName="db", Name="iceberg")
