"""Files that nobody means well with: a task that fails with words, and a server that goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pandas as pd
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.http.conftest import people_table, people_transform
from tests.http.server_process import ServerProcess, serve, wait_until_ended

PEOPLE = pd.DataFrame(
    {
        "id": [f"p{n}" for n in range(40)],
        "name": [f"ann {n // 2}" for n in range(40)],
        "city": ["paris"] * 40,
    }
)
FORMULAS = ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2", "\u200b=1", '"quoted"', "a\nb"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[ServerProcess]:
    with serve(folder / "store") as running:
        yield running


@pytest.fixture(scope="module")
def glue(server: ServerProcess) -> Any:
    client = server.client()
    client.create_database(DatabaseInput={"Name": "db"})
    return client


@pytest.fixture
def transform_id(glue: Any, folder: Path) -> str:
    """A transform of 40 people, for this test alone."""
    name = f"people_{uuid4().hex}"
    people = folder / name / "people"
    people.mkdir(parents=True)
    PEOPLE.to_csv(people / "people.csv", index=False)
    return transform_of(glue, name, people, "csv")


def transform_of(glue: Any, name: str, location: Path, classification: str) -> str:
    table = people_table(name, location.as_uri())
    table["Parameters"] = {"classification": classification, "skip.header.line.count": "1"}
    glue.create_table(DatabaseName="db", TableInput=table)
    request = people_transform(name)
    request["InputRecordTables"][0]["TableName"] = name
    return str(glue.create_ml_transform(**request)["TransformId"])


def import_labels(glue: Any, transform_id: str, path: Path) -> dict[str, Any]:
    run_id = glue.start_import_labels_task_run(TransformId=transform_id, InputS3Path=path.as_uri())[
        "TaskRunId"
    ]
    return wait_until_ended(glue, transform_id, run_id)


def test_a_header_of_a_million_columns(glue, transform_id, folder):
    path = folder / "wide.csv"
    path.write_text("labeling_set_id,label," + ",".join(f"c{n}" for n in range(1_000_000)))

    run = import_labels(glue, transform_id, path)

    assert run["Status"] == "FAILED"
    assert "unknown columns c0, c1, c2" in run["ErrorString"]
    assert "and 999990 more" in run["ErrorString"]


def test_records_of_a_million_columns(glue, folder):
    """The file of a table, this time; none of its columns is the table's."""
    location = folder / "wide"
    location.mkdir()
    row = ",".join(str(n) for n in range(1_000_000))
    (location / "wide.csv").write_text(f"{row}\n{row}\n")
    transform_id = transform_of(glue, "wide", location, "csv")

    run_id = glue.start_ml_labeling_set_generation_task_run(
        TransformId=transform_id, OutputS3Path=(folder / "sets").as_uri()
    )["TaskRunId"]
    run = wait_until_ended(glue, transform_id, run_id)

    assert run["Status"] == "FAILED"
    assert "Line 1: 1000000 cells, but the table has the 3 columns" in run["ErrorString"]


def test_a_cell_of_ten_megabytes_does_not_become_a_reason(glue, transform_id, folder):
    path = folder / "name.csv"
    path.write_text(f"labeling_set_id,label,{'x' * 2**20}\ns,A,p0\n")

    run = import_labels(glue, transform_id, path)

    assert run["Status"] == "FAILED"
    assert len(run["ErrorString"]) < 2_100


def test_a_label_of_ten_megabytes(glue, transform_id, folder):
    """Just within the limit of a file: long, and legal."""
    path = folder / "long.csv"
    size = 10 * 2**20 - 200
    path.write_text(
        f"labeling_set_id,label,id,name,city\ns,{'x' * size},p0,ann 0,paris\ns,B,p1,ann 0,paris\n"
    )

    run = import_labels(glue, transform_id, path)

    assert run["Status"] == "SUCCEEDED", run["ErrorString"][:500]
    assert glue.get_ml_transform(TransformId=transform_id)["LabelCount"] == 2


def test_cells_with_formulas_stay_what_they_are(glue, transform_id, folder):
    path = folder / "formulas.csv"
    rows = PEOPLE.head(len(FORMULAS)).assign(name=FORMULAS)
    rows.insert(0, "label", FORMULAS)
    rows.insert(0, "labeling_set_id", "=HYPERLINK(1)")
    rows.to_csv(path, index=False)

    assert import_labels(glue, transform_id, path)["Status"] == "SUCCEEDED"
    run_id = glue.start_export_labels_task_run(
        TransformId=transform_id, OutputS3Path=(folder / "exported").as_uri()
    )["TaskRunId"]
    assert wait_until_ended(glue, transform_id, run_id)["Status"] == "SUCCEEDED"

    [file] = (folder / "exported").iterdir()
    back = pd.read_csv(file, dtype=str, keep_default_na=False)
    assert list(back["label"]) == FORMULAS
    assert list(back["name"]) == FORMULAS


def test_a_parquet_file_that_swells_by_a_thousand(server, folder, glue):
    """A billion characters in some kilobytes; read as far as its columns are asked for."""
    location = folder / "bomb"
    location.mkdir()
    swollen = pa.DictionaryArray.from_arrays(
        pa.array([0] * 1_000, pa.int32()), pa.array(["x" * 1_000_000])
    )
    ids = pa.array([f"p{n}" for n in range(1_000)])
    table = pa.table({"id": ids, "name": swollen, "city": ids})
    pq.write_table(table, location / "bomb.parquet", compression="zstd")
    assert (location / "bomb.parquet").stat().st_size < 2**20
    transform_id = transform_of(glue, "bomb", location, "parquet")

    run_id = glue.start_ml_labeling_set_generation_task_run(
        TransformId=transform_id, OutputS3Path=(folder / "bombed").as_uri()
    )["TaskRunId"]
    run = wait_until_ended(glue, transform_id, run_id)

    assert run["Status"] in {"SUCCEEDED", "FAILED"}
    assert run["Status"] == "SUCCEEDED" or run["ErrorString"]
    assert psutil.Process(server.process.pid).memory_info().rss < 2**30


@pytest.mark.parametrize(
    "path",
    [
        "file:///etc/passwd",
        "file://{folder}/../../../../../../etc/passwd",
        "file://{folder}/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "file://{folder}/link",
        "file:///proc/self/environ",
        "{folder}/store/../../../../../../../etc/passwd",
    ],
)
def test_a_path_that_leads_out_of_the_allowed_folders(glue, folder, transform_id, path):
    link = folder / "link"
    if not link.is_symlink():
        link.symlink_to("/etc/passwd")
    path = path.format(folder=folder)

    with pytest.raises(glue.exceptions.InvalidInputException, match="outside of the folders"):
        glue.start_import_labels_task_run(TransformId=transform_id, InputS3Path=path)


@pytest.mark.parametrize(
    "key", ["a\nb.csv", "a\r\nHost: evil\r\n.csv", "a b%20+&?#=.csv", "é😀.csv"]
)
def test_a_key_of_odd_characters_is_only_a_key(glue, transform_id, folder, key):
    path = folder / key
    path.write_text("labeling_set_id,label,id,name,city\ns,A,p0,ann 0,paris\n")

    run_id = glue.start_import_labels_task_run(
        TransformId=transform_id, InputS3Path=f"{folder}/{key}"
    )["TaskRunId"]

    assert wait_until_ended(glue, transform_id, run_id)["Status"] == "SUCCEEDED"
