"""Tables come back as they were written, from any format and any place, or say what is wrong."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from glueml_core.errors import InvalidInputException
from glueml_core.tables.locations import locate
from glueml_core.tables.sources import columns_of, read_table
from glueml_core.tables.targets import write_table

CSV = {"classification": "csv", "skip.header.line.count": "1"}


def glue_table(location: str, *columns: str, **parameters: str) -> dict[str, Any]:
    return {
        "Name": "people",
        "StorageDescriptor": {
            "Location": location,
            "Columns": [{"Name": name, "Type": "string"} for name in columns],
        },
        "Parameters": parameters,
    }


def read(table: dict[str, Any], settings) -> dict[str, list[Any]]:
    return read_table(table, columns_of(table), settings).to_pydict()


def refusal(table: dict[str, Any], settings) -> str:
    with pytest.raises(InvalidInputException) as refused:
        read(table, settings)
    return str(refused.value)


class TestCsv:
    def test_values_come_back_unchanged(self, tmp_path, settings):
        """No number, no date, no missing value is read into a text."""
        (tmp_path / "people.csv").write_bytes(
            b'\xef\xbb\xbfid,name\n007,NA\n1e3,"a ""b"",\nc"\n,=1+1\n2026-01-01,null\n'
        )
        table = glue_table(f"file://{tmp_path}/people.csv", "id", "name", **CSV)

        assert read(table, settings) == {
            "id": ["007", "1e3", "", "2026-01-01"],
            "name": ["NA", 'a "b",\nc', "=1+1", "null"],
        }

    def test_columns_are_found_by_the_header_whatever_its_order_and_case(self, tmp_path, settings):
        (tmp_path / "people.csv").write_text("Name,extra,ID\nann,x,1\n")
        table = glue_table(str(tmp_path / "people.csv"), "id", "name", **CSV)

        assert read(table, settings) == {"id": ["1"], "name": ["ann"]}

    def test_columns_are_read_by_position_where_no_header_names_them(self, tmp_path, settings):
        (tmp_path / "other.csv").write_text("col0\tcol1\n1\tann\n")
        (tmp_path / "none.csv").write_text("1\tann\n")
        tab = {"classification": "csv", "field.delim": "\t"}

        for name, header in {"other.csv": {"skip.header.line.count": "1"}, "none.csv": {}}.items():
            table = glue_table(str(tmp_path / name), "id", "name", **tab, **header)
            assert read(table, settings) == {"id": ["1"], "name": ["ann"]}

    def test_a_header_is_seen_where_the_definition_is_silent(self, tmp_path, settings):
        (tmp_path / "people.csv").write_text("id,name\n1,ann\n")

        assert read(glue_table(str(tmp_path), "id", "name"), settings)["id"] == ["1"]

    def test_hives_serdes_tell_the_format_too(self, tmp_path, settings):
        (tmp_path / "part-0").write_text("id|name\n1|'a|b'\n")
        table = glue_table(str(tmp_path), "id", "name")
        table["StorageDescriptor"]["SerdeInfo"] = {
            "SerializationLibrary": "org.apache.hadoop.hive.serde2.OpenCSVSerde",
            "Parameters": {"separatorChar": "|", "quoteChar": "'", "serialization.format": "1"},
        }

        assert read(table, settings) == {"id": ["1"], "name": ["a|b"]}

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (b'id,name\n1,"a\nb"\n2,bob,x\n', "Line 4: 3 cells instead of 2."),
            (b"id,name\n1,ann\n2\n", "Line 3: 1 cells instead of 2."),
            (b'id,name\n1,"a\nb"\n2,caf\xe9\n', "Line 4, column name: not UTF-8."),
            (b'id,name\n1,ann\n2,"bob\n', "Line 3: unexpected end of data."),
            (b"id,who,x\n1,ann,y\n", "Line 1: 3 cells, but the table has the 2 columns id, name."),
        ],
    )
    def test_a_broken_file_is_named_with_line_and_column(self, tmp_path, settings, content, reason):
        (tmp_path / "people.csv").write_bytes(content)
        table = glue_table(str(tmp_path), "id", "name", **CSV)

        assert refusal(table, settings) == f"Cannot read {tmp_path}/people.csv. {reason}"


class TestJsonLines:
    def test_values_keep_their_types(self, tmp_path, settings):
        """A text like a date stays text, an integer beside a gap stays an integer."""
        rows = [{"id": 1, "born": "2026-01-01"}, {"ID": 2, "born": None, "extra": 1}, {"id": None}]
        (tmp_path / "a.json").write_text("\n".join(map(json.dumps, rows)))
        table = glue_table(str(tmp_path), "id", "born", classification="json")

        assert read(table, settings) == {"id": [1, 2, None], "born": ["2026-01-01", None, None]}

    def test_numbers_beside_text_become_text(self, tmp_path, settings):
        (tmp_path / "a.json").write_text('{"id": 7}\n{"id": "x"}\n{"id": 0.5}\n')

        assert read(glue_table(str(tmp_path), "id"), settings) == {"id": ["7", "x", "0.5"]}

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            ('{"id": 1}\n{"id": \n', "Line 2, column 7: Expecting value."),
            ('{"id": 1}\n\n[2]\n', "Line 3: not a JSON object."),
            ('{"id": {"a": 1}}\n', "Line 1, column id: not a single value."),
            ('{"id": NaN}\n', "Line 1: NaN is not JSON."),
        ],
    )
    def test_a_broken_file_is_named_with_its_line(self, tmp_path, settings, content, reason):
        (tmp_path / "a.json").write_text(content)
        table = glue_table(str(tmp_path), "id", classification="json")

        assert refusal(table, settings) == f"Cannot read {tmp_path}/a.json. {reason}"


class TestFolders:
    def test_are_read_file_by_file_without_what_is_hidden(self, tmp_path, settings):
        for name, content in {
            "part-1.csv": b"id,name\n2,bob\n",
            "part-0.csv.gz": gzip.compress(b"id,name\n1,ann\n"),
            "below/part-9.csv": b"id,name\n0,zoe\n",
            "_SUCCESS": b"done",
            ".part-0.csv.crc": b"crc",
            "_temporary/part-2.csv": b"half",
            "empty.csv": b"",
        }.items():
            (tmp_path / "people" / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "people" / name).write_bytes(content)

        table = glue_table(f"{tmp_path}/people", "id", "name", **CSV)
        assert read(table, settings)["id"] == ["0", "1", "2"]

    def test_name_the_values_of_partition_keys(self, tmp_path, settings):
        for year in ("2025", "2026"):
            (tmp_path / f"year={year}").mkdir()
            (tmp_path / f"year={year}" / "a.csv").write_text(f"id\np{year}\n")
        table = glue_table(str(tmp_path), "id", **CSV)
        table["PartitionKeys"] = [{"Name": "year", "Type": "string"}]

        assert read(table, settings) == {"id": ["p2025", "p2026"], "year": ["2025", "2026"]}

    def test_with_nothing_in_them_are_refused(self, tmp_path, settings):
        (tmp_path / "people").mkdir()
        nothing = glue_table(f"{tmp_path}/people", "id")
        missing = glue_table(f"{tmp_path}/missing", "id")

        assert refusal(nothing, settings) == (
            f"Cannot read {tmp_path}/people. No data files are there."
        )
        assert refusal(missing, settings) == f"Cannot read {tmp_path}/missing. It does not exist."

    def test_on_s3_are_read_as_on_disk(self, s3, bucket, settings):
        for key, body in {
            "people/a.csv": b"id\n1\n",
            "people/_SUCCESS": b"x",
            "people-too/b.csv": b"id\n2\n",
        }.items():
            s3.put_object(Bucket=bucket, Key=key, Body=body)

        assert read(glue_table(f"s3://{bucket}/people", "id"), settings) == {"id": ["1"]}
        assert refusal(glue_table(f"s3://{bucket}/none/", "id"), settings) == (
            f"Cannot read s3://{bucket}/none/. No data files are there."
        )
        assert refusal(glue_table("s3://no-such-bucket/x", "id"), settings) == (
            "Cannot read s3://no-such-bucket/x. The bucket does not exist."
        )


@pytest.mark.parametrize("kind", ["parquet", "orc"])
class TestBinaryFormats:
    def test_lacking_a_column_are_refused(self, tmp_path, settings, kind):
        write_table(pa.table({"id": [1]}), locate(f"{tmp_path}/a", settings), kind)
        table = glue_table(str(tmp_path), "id", "name", "city", classification=kind)

        assert refusal(table, settings) == (
            f"Cannot read {tmp_path}/a. It lacks the columns name, city."
        )

    def test_that_are_broken_are_named(self, tmp_path, settings, kind):
        (tmp_path / "a").write_bytes(b"not at all" * 9)
        table = glue_table(str(tmp_path), "id", classification=kind)

        assert refusal(table, settings).startswith(f"Cannot read {tmp_path}/a. ")


text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)


@pytest.mark.parametrize("kind", ["csv", "json", "parquet", "orc"])
@given(rows=st.lists(st.tuples(text, text), min_size=1, max_size=5))
@hypothesis_settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_what_is_written_is_what_is_read(kind, rows, tmp_path, settings):
    columns = ["id", "name"]
    written = pa.table([list(column) for column in zip(*rows, strict=True)], names=columns)
    write_table(written, locate(f"{tmp_path}/a.{kind}", settings), kind)

    assert read_table(glue_table(str(tmp_path), *columns), columns, settings) == written


@pytest.mark.parametrize("kind", ["json", "parquet", "orc"])
def test_integers_survive_a_gap(kind, tmp_path, settings, s3, bucket):
    written = pa.table({"id": [2**60 + 1, None], "score": [0.1, 2.0]})

    for place in (f"{tmp_path}", f"s3://{bucket}"):
        write_table(written, locate(f"{place}/a.{kind}", settings), kind)
        assert read_table(glue_table(place, "id", "score"), ["id", "score"], settings) == written
