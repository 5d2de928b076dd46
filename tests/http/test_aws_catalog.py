"""Tables looked up in the AWS Glue Data Catalog, with moto's in AWS's place, over a socket."""

from __future__ import annotations

from uuid import uuid4

import boto3
import pytest

from glueml_core.errors import (
    AlreadyExistsException,
    EntityNotFoundException,
    InternalServiceException,
)
from glueml_core.settings import Settings
from glueml_core.store.aws_catalog import AwsCatalog
from glueml_core.store.catalog import Catalog
from glueml_core.store.store import Store

TABLE = {
    "StorageDescriptor": {
        "Columns": [{"Name": "id", "Type": "string"}, {"Name": "year", "Type": "int"}],
        "Location": "s3://bucket/people/",
    },
    "Parameters": {"classification": "csv"},
}


@pytest.fixture
def settings(tmp_path, s3, s3_server):
    """`s3` brings the credentials."""
    return Settings(store=tmp_path, catalog="aws", catalog_endpoint_url=s3_server)


@pytest.fixture
def catalog(settings):
    return AwsCatalog(settings)


@pytest.fixture
def database(catalog):
    """A name: moto keeps one catalog for all tests."""
    return catalog.add_database(f"db_{uuid4().hex}", {"Description": "ours"}).name


def test_a_store_takes_the_catalog_that_its_settings_name(settings, tmp_path):
    with_aws = Store.open(settings)
    embedded = Store.open(Settings(store=tmp_path))

    assert isinstance(with_aws.catalog, AwsCatalog)
    assert isinstance(embedded.catalog, Catalog)


def test_a_table_reads_as_it_does_in_the_embedded_catalog(catalog, database, tmp_path):
    embedded = Store.open(Settings(store=tmp_path)).catalog
    embedded.add_database(database, {})

    there = catalog.add_table(database, "people", TABLE)
    here = embedded.add_table(database, "people", TABLE)

    assert (there.database_name, there.name) == (here.database_name, here.name)
    assert there.definition["StorageDescriptor"]["Columns"] == TABLE["StorageDescriptor"]["Columns"]
    assert there.definition["Parameters"] == TABLE["Parameters"]
    assert there.created_on.tzinfo is not None


def test_what_is_written_through_us_is_in_the_aws_account(catalog, database, s3_server):
    catalog.add_table(database, "people", TABLE)
    catalog.update_table(database, "people", {**TABLE, "Description": "of 2026"})
    glue = boto3.client("glue", region_name="us-east-1", endpoint_url=s3_server)

    assert glue.get_database(Name=database)["Database"]["Description"] == "ours"
    assert glue.get_table(DatabaseName=database, Name="people")["Table"]["Description"] == "of 2026"

    catalog.delete_table(database, "people")
    catalog.delete_database(database)
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.get_database(Name=database)


def test_lists_name_what_is_there(catalog, database):
    catalog.add_table(database, "people", TABLE)
    catalog.add_table(database, "places", TABLE)

    assert database in [found.name for found in catalog.databases().rows]
    assert {found.name for found in catalog.tables(database).rows} == {"people", "places"}


def test_the_catalog_s_errors_keep_their_names(catalog, database):
    catalog.add_table(database, "people", TABLE)

    with pytest.raises(EntityNotFoundException, match="nowhere"):
        catalog.table("nowhere", "people")
    with pytest.raises(EntityNotFoundException):
        catalog.table(database, "nothing")
    with pytest.raises(AlreadyExistsException):
        catalog.add_table(database, "people", TABLE)


def test_a_catalog_out_of_reach_is_the_service_s_failure(tmp_path, s3):
    settings = Settings(store=tmp_path, catalog="aws", catalog_endpoint_url="http://127.0.0.1:9/")

    with pytest.raises(InternalServiceException, match=r"Dependency failure\."):
        AwsCatalog(settings).table("db", "people")


def test_an_endpoint_set_for_clients_is_not_taken_for_the_catalog(tmp_path, s3, monkeypatch):
    """It may be our own; we would ask ourselves for ever."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_GLUE", "http://127.0.0.1:4568")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4568")
    catalog = AwsCatalog(Settings(store=tmp_path, catalog="aws", region="eu-west-1"))

    assert catalog._glue.meta.endpoint_url == "https://glue.eu-west-1.amazonaws.com"
