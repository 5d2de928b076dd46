"""The product as a user drives it: boto3, a catalog table, CSV files."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import glueml_core
from glueml_core.matching import Evaluation
from glueml_core.tasks.folder import RunFolder
from glueml_core.transforms import FindMatches
from glueml_core.transforms.jobs import start_find_matches, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

__all__ = ["Product", "parquet_table"]

_DATABASE = "benchmark"
_POLL_S = 0.1
_GOING_ON = ("STARTING", "RUNNING", "STOPPING")


@dataclass(frozen=True)
class Product:
    """
    One transform in a store of its own.

    Args:
        client: A boto3 client of Glue.
        transform_id: The transform that gets taught.
        folder: Where labeling files come and go.
    """

    client: Any
    transform_id: str
    folder: Path

    @classmethod
    def set_up(cls, name: str, records: pd.DataFrame, primary_key: str, folder: Path) -> Product:
        """A fresh store, the records as a CSV table of its catalog, and a transform over it."""
        table = folder / "records"
        table.mkdir(parents=True)
        records.to_csv(table / "records.csv", index=False)
        return cls.over(_table_input(name, records.columns, table), primary_key, folder)

    @classmethod
    def over(cls, table_input: dict[str, Any], primary_key: str, folder: Path) -> Product:
        """A fresh store, a table that lies in files already, and a transform over it."""
        name = table_input["Name"]
        client = glueml_core.connect(folder)
        client.create_database(DatabaseInput={"Name": _DATABASE})
        client.create_table(DatabaseName=_DATABASE, TableInput=table_input)
        answer = client.create_ml_transform(
            Name=name,
            Role="benchmark",
            InputRecordTables=[{"DatabaseName": _DATABASE, "TableName": name}],
            Parameters={
                "TransformType": "FIND_MATCHES",
                "FindMatchesParameters": {"PrimaryKeyColumnName": primary_key},
            },
        )
        return cls(client, answer["TransformId"], folder)

    @classmethod
    def reopened(cls, folder: Path) -> Product:
        """The one transform of a store that an earlier run left."""
        client = glueml_core.connect(folder)
        (transform,) = client.get_ml_transforms()["Transforms"]
        return cls(client, transform["TransformId"], folder)

    def labeling_file(self) -> str:
        """The text of a newly generated labeling file."""
        output = self.folder / "labeling_sets"
        output.mkdir(exist_ok=True)
        before = set(output.rglob("*.csv"))
        self._run(
            self.client.start_ml_labeling_set_generation_task_run, OutputS3Path=output.as_uri()
        )
        (generated,) = set(output.rglob("*.csv")) - before
        return generated.read_text(encoding="utf-8")

    def learn(self, labeling_file: str) -> None:
        """Import a labeled file, in addition to those before."""
        path = self.folder / f"labeled-{time.monotonic_ns()}.csv"
        path.write_text(labeling_file, encoding="utf-8")
        self._run(self.client.start_import_labels_task_run, InputS3Path=path.as_uri())

    def evaluate(self) -> Evaluation:
        """The transform's opinion of itself, with more detail than the API has members for."""
        self._run(self.client.start_ml_evaluation_task_run)
        store = glueml_core.core_of(self.client).store
        return Evaluation.from_dict(store.transforms.get(self.transform_id).evaluation_detail)

    def enforce_labels(self) -> None:
        """From now on, what labels say holds in all matches."""
        shown = self.client.get_ml_transform(TransformId=self.transform_id)
        parameters = shown["Parameters"]
        parameters["FindMatchesParameters"]["EnforceProvidedLabels"] = True
        self.client.update_ml_transform(TransformId=self.transform_id, Parameters=parameters)

    def find_matches(self, records: pd.DataFrame) -> pd.DataFrame:
        """The records with their `match_id`."""
        return FindMatches.apply(records, self.transform_id, client=self.client)

    def match_table(
        self,
        table: Path,
        output: Path,
        existing: Path | None = None,
        *,
        new_records_only: bool = False,
    ) -> Path:
        """
        Match the files of a folder into a file of their format; the run's log.

        With `existing`, a folder of records matched before, the table's are added to these, and
        written with them or alone.
        """
        core = glueml_core.core_of(self.client)
        run = start_find_matches(
            core,
            self.transform_id,
            output.as_uri(),
            source=table.as_uri(),
            existing=existing and existing.as_uri(),
            new_records_only=new_records_only,
        )
        wait_for(core, run)
        return RunFolder.of(core.settings, run).log

    def _run(self, start: Any, **arguments: str) -> None:
        run = start(TransformId=self.transform_id, **arguments)["TaskRunId"]
        while (state := self._state(run))["Status"] in _GOING_ON:
            time.sleep(_POLL_S)
        if state["Status"] != "SUCCEEDED":
            raise RuntimeError(f"{state['Properties']['TaskType']}: {state.get('ErrorString')}")

    def _state(self, run: str) -> dict[str, Any]:
        state: dict[str, Any] = self.client.get_ml_task_run(
            TransformId=self.transform_id, TaskRunId=run
        )
        return state


def _table_input(name: str, columns: Iterable[str], folder: Path) -> dict[str, Any]:
    return {
        "Name": name,
        "StorageDescriptor": {
            "Location": folder.as_uri(),
            "Columns": [{"Name": column, "Type": "string"} for column in columns],
            "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
            "SerdeInfo": {
                "SerializationLibrary": "org.apache.hadoop.hive.serde2.OpenCSVSerde",
                "Parameters": {"separatorChar": ","},
            },
        },
        "Parameters": {"classification": "csv", "skip.header.line.count": "1"},
    }


def parquet_table(name: str, columns: Iterable[str], folder: Path) -> dict[str, Any]:
    """The catalog's definition of a folder of Parquet files with text columns."""
    return {
        "Name": name,
        "StorageDescriptor": {
            "Location": folder.as_uri(),
            "Columns": [{"Name": column, "Type": "string"} for column in columns],
        },
        "Parameters": {"classification": "parquet"},
    }
