"""A hundred people of FEBRL and their copies, as a table of a store, and who knows the truth."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from glueml_core import connect
from glueml_core.api import Core
from glueml_core.samples import KEY, febrl_people

ENTITIES = 160


def add_people(core: Core, folder: Path) -> tuple[str, dict[str, str]]:
    """A transform of a table of a few hundred people; gives its id and whom each record is."""
    people, truth = febrl_people(persons=ENTITIES)
    folder.mkdir(parents=True)
    people.to_csv(folder / "people.csv", index=False)
    glue = connect(core)
    glue.create_database(DatabaseInput={"Name": "people"})
    glue.create_table(DatabaseName="people", TableInput=_table(people, folder))
    transform = glue.create_ml_transform(
        Name="people",
        InputRecordTables=[{"DatabaseName": "people", "TableName": "people"}],
        Parameters={
            "TransformType": "FIND_MATCHES",
            "FindMatchesParameters": {"PrimaryKeyColumnName": KEY},
        },
        Role="arn:aws:iam::000000000000:role/any",
    )
    return transform["TransformId"], truth


def _table(people: pd.DataFrame, folder: Path) -> dict[str, object]:
    return {
        "Name": "people",
        "StorageDescriptor": {
            "Columns": [{"Name": name, "Type": "string"} for name in people.columns],
            "Location": folder.as_uri(),
        },
        "Parameters": {"classification": "csv", "skip.header.line.count": "1"},
    }
