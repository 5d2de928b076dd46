"""Terraform's ten acceptance tests of its ML transform, as the requests that its provider sends."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from benchmarks.lean_client import LeanClient
from tests.http.serving import KEY_ID, REGION, SECRET

COLUMNS = [{"Name": "my_column_1", "Type": "int"}, {"Name": "my_column_2", "Type": "string"}]
ROLE = "arn:aws:iam::123456789012:role/test"


class Resource:
    """The resource as the provider keeps it: every update sends all that it has."""

    def __init__(self, send: LeanClient, **more: Any) -> None:
        self._send = send
        tables = [{"DatabaseName": "db", "TableName": "tbl"}]
        made = send(
            "CreateMLTransform",
            {"Name": "acc-test", "InputRecordTables": tables, **self._all({}), **more},
        )
        self.id = made["TransformId"]
        self.arn = f"arn:aws:glue:{REGION}::mlTransform/{self.id}"

    def update(self, **changes: Any) -> None:
        everything = {"GlueVersion": "0.9", **self._all(changes.pop("matching", {})), **changes}
        self._send("UpdateMLTransform", {"TransformId": self.id, **everything})

    def read(self, *members: str) -> list[Any]:
        found = self._send("GetMLTransform", {"TransformId": self.id})
        return [found.get(member) for member in members]

    def matching(self) -> list[Any]:
        [parameters] = self.read("Parameters")
        chosen = parameters["FindMatchesParameters"]
        names = ("EnforceProvidedLabels", "PrecisionRecallTradeoff", "AccuracyCostTradeoff")
        return [chosen[name] for name in names]

    def tags(self) -> dict[str, str]:
        return dict(self._send("GetTags", {"ResourceArn": self.arn}).get("Tags", {}))

    def destroy(self) -> None:
        self._send("DeleteMLTransform", {"TransformId": self.id})
        with pytest.raises(ClientError, match="EntityNotFoundException"):
            self.read()

    def _all(self, matching: dict[str, Any]) -> dict[str, Any]:
        chosen = {
            "AccuracyCostTradeoff": 0,
            "EnforceProvidedLabels": False,
            "PrecisionRecallTradeoff": 0,
            "PrimaryKeyColumnName": "my_column_1",
        }
        parameters = {"TransformType": "FIND_MATCHES", "FindMatchesParameters": chosen | matching}
        return {"Parameters": parameters, "Role": ROLE, "Timeout": 2880}


@pytest.fixture
def send(url) -> LeanClient:
    client = LeanClient(url, KEY_ID, SECRET, REGION)
    client("CreateDatabase", {"DatabaseInput": {"Name": "db"}})
    storage = {"Columns": COLUMNS, "Location": "s3://nowhere/"}
    table = {"Name": "tbl", "TableType": "VIRTUAL_VIEW", "StorageDescriptor": storage}
    client("CreateTable", {"DatabaseName": "db", "TableInput": table})
    return client


def test_basic(send):
    made = Resource(send)

    assert made.id.startswith("tfm-")
    assert made.read("Name", "Role", "Timeout", "LabelCount") == ["acc-test", ROLE, 2880, 0]
    schema = [{"Name": c["Name"], "DataType": c["Type"]} for c in COLUMNS]
    assert made.read("Schema", "InputRecordTables") == [
        schema,
        [{"DatabaseName": "db", "TableName": "tbl"}],
    ]
    assert (made.matching(), made.tags()) == ([False, 0, 0], {})
    made.destroy()


def test_type_find_matches_full(send):
    full = {
        "EnforceProvidedLabels": True,
        "PrecisionRecallTradeoff": 0.5,
        "AccuracyCostTradeoff": 0.5,
    }
    made = Resource(send)
    for chosen in (full, dict.fromkeys(full, 1) | {"EnforceProvidedLabels": False}, full):
        made.update(matching=chosen)
        assert made.matching() == list(chosen.values())
    made.destroy()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"Description": "First Description"}, {"Description": "Second Description"}),
        ({"GlueVersion": "0.9"}, {"GlueVersion": "1.0"}),
        ({"MaxRetries": 0}, {"MaxRetries": 10}),
        ({"Timeout": 1}, {"Timeout": 2}),
        (
            {"WorkerType": "Standard", "NumberOfWorkers": 1},
            {"WorkerType": "G.1X", "NumberOfWorkers": 2},
        ),
        ({"MaxCapacity": 10}, {"MaxCapacity": 15}),
    ],
)
def test_what_is_created_and_updated_is_read(send, first, second):
    made = Resource(send, **first)
    assert made.read(*first) == list(first.values())
    made.update(**second)
    assert made.read(*second) == list(second.values())
    made.destroy()


def test_tags(send):
    made = Resource(send, Tags={"key1": "value1"})
    assert made.tags() == {"key1": "value1"}
    changed = {"key1": "value1updated", "key2": "value2"}
    send("TagResource", {"ResourceArn": made.arn, "TagsToAdd": changed})
    assert made.tags() == changed
    send("UntagResource", {"ResourceArn": made.arn, "TagsToRemove": ["key1"]})
    assert made.tags() == {"key2": "value2"}
    made.destroy()


def test_disappears(send):
    """Deleted behind its back; ForceNew makes another of the same name at once."""
    made = Resource(send)
    made.destroy()
    again = Resource(send)

    assert again.id != made.id
    assert again.read("Status") == ["NOT_READY"]
