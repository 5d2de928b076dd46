"""Files tell their own columns."""

import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest

from glueml_core.errors import InvalidInputException
from glueml_core.settings import Settings
from glueml_core.tables.crawler import crawl


@pytest.fixture
def settings(tmp_path):
    return Settings(store=tmp_path / "store", file_roots=(tmp_path,))


def types(table: dict) -> dict:
    return {column["Name"]: column["Type"] for column in table["StorageDescriptor"]["Columns"]}


def test_a_csv_files_columns_are_its_header_all_of_them_text(tmp_path, settings):
    (tmp_path / "people.csv").write_text('\ufeffid,"full, name",postcode\n1,Ann,007\n')

    table = crawl(f"file://{tmp_path}/people.csv", settings)

    assert types(table) == {"id": "string", "full, name": "string", "postcode": "string"}
    assert table["Parameters"]["classification"] == "csv"


def test_a_parquet_file_has_types_of_its_own(tmp_path, settings):
    frame = pd.DataFrame({"id": ["1"], "amount": [1.5], "born": pd.to_datetime(["1999-01-01"])})
    pa.parquet.write_table(pa.Table.from_pandas(frame), tmp_path / "people.parquet")

    assert types(crawl(f"file://{tmp_path}", settings)) == {
        "id": "string",
        "amount": "double",
        "born": "timestamp",
    }


def test_json_lines_are_read_as_text(tmp_path, settings):
    (tmp_path / "people.jsonl").write_text('{"id": 1, "name": "Ann"}\n')

    assert types(crawl(f"file://{tmp_path}", settings)) == {"id": "string", "name": "string"}


def test_a_file_of_unknown_format_is_refused_by_name(tmp_path, settings):
    (tmp_path / "people.xls").write_text("no")

    with pytest.raises(InvalidInputException, match=r"people\.xls"):
        crawl(f"file://{tmp_path}/people.xls", settings)


def test_an_empty_folder_has_nothing_to_crawl(tmp_path, settings):
    (tmp_path / "empty").mkdir()

    with pytest.raises(InvalidInputException, match="No data files are there"):
        crawl(f"file://{tmp_path}/empty", settings)
