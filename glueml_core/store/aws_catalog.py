"""The real AWS Glue Data Catalog, in the place of the embedded one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from glueml_core import errors
from glueml_core.store.catalog import CatalogDatabase, CatalogTable
from glueml_core.store.paging import Page, PageKey

if TYPE_CHECKING:
    from glueml_core.settings import Settings

__all__ = ["AwsCatalog"]


class AwsCatalog:
    """
    The databases and tables of an AWS account, read and written there as `Catalog` does here.

    Nothing of it is kept in the store. Every method raises what the catalog answers, and
    InternalServiceException where it cannot be reached.
    """

    def __init__(self, settings: Settings) -> None:
        self._glue = _client(settings)

    def add_database(
        self, name: str, definition: Mapping[str, Any], tags: Mapping[str, str] | None = None
    ) -> CatalogDatabase:
        """A new database."""
        with _answers():
            self._glue.create_database(
                DatabaseInput={**definition, "Name": name}, Tags=dict(tags or {})
            )
        return self.database(name)

    def database(self, name: str) -> CatalogDatabase:
        """The database of that name, else EntityNotFoundException."""
        with _answers():
            return self._database(self._glue.get_database(Name=name)["Database"])

    def databases(self, after: PageKey | None = None, limit: int = 100) -> Page[CatalogDatabase]:
        """The databases, in the catalog's own order."""
        with _answers():
            answer = self._glue.get_databases(MaxResults=min(limit, 100), **_from(after))
        rows = [self._database(found) for found in answer["DatabaseList"]]
        return Page(rows, _next_key(answer))

    def delete_database(self, name: str) -> None:
        """Remove a database with its tables."""
        with _answers():
            self._glue.delete_database(Name=name)

    def add_table(
        self, database_name: str, name: str, definition: Mapping[str, Any]
    ) -> CatalogTable:
        """A new table."""
        with _answers():
            table = {**definition, "Name": name}
            self._glue.create_table(DatabaseName=database_name, TableInput=table)
        return self.table(database_name, name)

    def update_table(self, database_name: str, name: str, definition: Mapping[str, Any]) -> None:
        """Replace a table's definition."""
        with _answers():
            table = {**definition, "Name": name}
            self._glue.update_table(DatabaseName=database_name, TableInput=table)

    def table(self, database_name: str, name: str) -> CatalogTable:
        """The table of that name, else EntityNotFoundException."""
        with _answers():
            return self._table(self._glue.get_table(DatabaseName=database_name, Name=name)["Table"])

    def tables(
        self,
        database_name: str,
        after: PageKey | None = None,
        limit: int = 100,
        expression: str | None = None,
    ) -> Page[CatalogTable]:
        """The tables of a database, in the catalog's own order."""
        chosen = {} if expression is None else {"Expression": expression}
        with _answers():
            answer = self._glue.get_tables(
                DatabaseName=database_name, MaxResults=min(limit, 100), **_from(after), **chosen
            )
        rows = [self._table(found) for found in answer["TableList"]]
        return Page(rows, _next_key(answer))

    def delete_table(self, database_name: str, name: str) -> None:
        """Remove a table; its files are left alone."""
        with _answers():
            self._glue.delete_table(DatabaseName=database_name, Name=name)

    def _database(self, found: Mapping[str, Any]) -> CatalogDatabase:
        definition = self._input("DatabaseInput", found)
        return CatalogDatabase(found["Name"], definition, found["CreateTime"])

    def _table(self, found: Mapping[str, Any]) -> CatalogTable:
        return CatalogTable(
            database_name=found["DatabaseName"],
            name=found["Name"],
            definition=self._input("TableInput", found),
            version=int(found.get("VersionId", "0")),
            created_on=found["CreateTime"],
            updated_on=found.get("UpdateTime", found["CreateTime"]),
        )

    def _input(self, shape: str, found: Mapping[str, Any]) -> dict[str, Any]:
        """The part of an answer that its owner once put in."""
        members = self._glue.meta.service_model.shape_for(shape).members
        return {name: found[name] for name in members if name in found}


def _client(settings: Settings) -> Any:
    import boto3
    from botocore.config import Config

    config = Config(
        connect_timeout=5,
        read_timeout=15,
        retries={"mode": "standard"},
        # On this machine AWS_ENDPOINT_URL_GLUE may well name ourselves.
        ignore_configured_endpoint_urls=True,
    )
    # A session of its own: the default one is not safe to share between threads.
    return boto3.Session().client(
        "glue",
        region_name=settings.region,
        endpoint_url=settings.catalog_endpoint_url,
        config=config,
    )


@contextmanager
def _answers() -> Iterator[None]:
    """Turn the catalog's errors into ours of the same name."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        answer = error.response["Error"]
        ours = getattr(errors, answer["Code"], errors.InternalServiceException)
        raise ours(answer["Message"]) from error
    except BotoCoreError as error:
        raise errors.InternalServiceException("Dependency failure.") from error


def _from(after: PageKey | None) -> dict[str, Any]:
    return {} if after is None else {"NextToken": after[0]}


def _next_key(answer: Mapping[str, Any]) -> PageKey | None:
    token = answer.get("NextToken")
    return None if token is None else [token]
