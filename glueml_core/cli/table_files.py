"""Files as catalog tables: what a Glue crawler would do before a transform is made."""

from __future__ import annotations

import re

from glueml_core.cli.session import Session

__all__ = ["DATABASE", "create_table_of_file"]

DATABASE = "glueml"


def create_table_of_file(session: Session, name: str, uri: str) -> dict[str, str]:
    """
    Make or renew the catalog's table for the file or folder at `uri`.

    Returns:
        The table as InputRecordTables takes it.
    """
    from glueml_core.tables.crawler import crawl

    # A Data Catalog's names are lower case, and SQL engines read them.
    table = re.sub(r"\W+", "_", name).strip("_").lower()
    table_input = {"Name": table, **crawl(uri, session.core.settings)}
    _create_database(session)
    try:
        session.glue.create_table(DatabaseName=DATABASE, TableInput=table_input)
    except session.glue.exceptions.AlreadyExistsException:
        session.glue.update_table(DatabaseName=DATABASE, TableInput=table_input)
    return {"DatabaseName": DATABASE, "TableName": table}


def _create_database(session: Session) -> None:
    try:
        session.glue.get_database(Name=DATABASE)
    except session.glue.exceptions.EntityNotFoundException:
        session.glue.create_database(DatabaseInput={"Name": DATABASE})
