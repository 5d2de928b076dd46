"""People to match in tests: a few of FEBRL's, and label files about them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from glueml_core.samples import KEY, answer, febrl_people

__all__ = [
    "KEY",
    "PEOPLE",
    "TRUTH",
    "add_table",
    "add_transform",
    "contrary_labels",
    "label_file",
    "pair_f1",
    "papers_labeled",
]

PEOPLE, TRUTH = febrl_people(seed=1, persons=120)
"""Every record of 120 people, about 300 records as text."""


def add_table(glue: Any, name: str, location: str, columns: list[str] | None = None) -> None:
    """The table `db.<name>` of CSV files with a header."""
    glue.create_table(
        DatabaseName="db",
        TableInput={
            "Name": name,
            "StorageDescriptor": {
                "Columns": [
                    {"Name": column, "Type": "string"} for column in columns or PEOPLE.columns
                ],
                "Location": location,
            },
            "Parameters": {"classification": "csv", "skip.header.line.count": "1"},
        },
    )


def add_transform(glue: Any, table: str, **parameters: Any) -> str:
    """A transform of `db.<table>`."""
    answer = glue.create_ml_transform(
        Name=f"match {table}",
        Role="role",
        InputRecordTables=[{"DatabaseName": "db", "TableName": table}],
        Parameters={
            "TransformType": "FIND_MATCHES",
            "FindMatchesParameters": {"PrimaryKeyColumnName": KEY, **parameters},
        },
    )
    return str(answer["TransformId"])


def label_file(path: Path, first: int = 0, last: int = 40, set_name: str = "set") -> pd.DataFrame:
    """A label file about the people number `first` to `last`, two of them in each set."""
    entity = PEOPLE[KEY].map(TRUTH)
    number = entity.map({name: n for n, name in enumerate(sorted(entity.unique()))})
    rows = PEOPLE[(number >= first) & (number < last)]
    sets = number[rows.index].floordiv(2).map(lambda n: f"{set_name}-{n}")
    rows = rows.assign(labeling_set_id=sets, label="")
    rows = rows[["labeling_set_id", "label", *PEOPLE.columns]].sort_values("labeling_set_id")
    labeled = answer(rows, TRUTH, KEY)
    labeled.to_csv(path, index=False)
    return labeled


def contrary_labels() -> tuple[pd.DataFrame, list[str], list[str]]:
    """Labels that say that two strangers are one and two copies are two; and who these are."""
    entity = PEOPLE[KEY].map(TRUTH)
    copies = PEOPLE[KEY][entity == entity[entity.duplicated()].iloc[0]].tolist()[:2]
    strangers = sorted(PEOPLE[KEY][~entity.duplicated() & ~PEOPLE[KEY].isin(copies)])[:2]
    rows = [("s", "A", name) for name in strangers]
    rows += [("t", label, name) for label, name in zip("AB", copies, strict=True)]
    labels = pd.DataFrame(rows, columns=["labeling_set_id", "label", KEY])
    return labels, strangers, copies


def papers_labeled() -> pd.DataFrame:
    """150 rows (id, name) in 3 labeling sets: 37 pairs are matches; label 40 is in two sets."""
    words = [f"{a}{b}{c}" for a in "bdfgklmnpr" for b in ("an", "el", "or", "us") for c in "stvz"]
    labels = [label for number in range(37) for label in (number, number)]
    labels = [*labels, *range(37, 112), 40]
    # Pairs stay together; the two of label 40 are far apart.
    return pd.DataFrame(
        {
            "labeling_set_id": [number // 50 for number in range(len(labels))],
            "label": labels,
            "id": [f"r{number}" for number in range(len(labels))],
            "name": [
                f"{words[label]} {words[-label]} {'' if number % 2 else 'x'}"
                for number, label in enumerate(labels)
            ],
        }
    )


def pair_f1(matches: pd.DataFrame) -> float:
    """Pairwise F1 of the clusters against the truth."""
    entity = matches[KEY].map(TRUTH)

    def pairs(*keys: pd.Series) -> int:
        size = pd.concat(keys, axis=1).value_counts()
        return int((size * (size - 1) // 2).sum())

    found, true = pairs(matches["match_id"]), pairs(entity)
    return 2 * pairs(entity, matches["match_id"]) / (found + true)
