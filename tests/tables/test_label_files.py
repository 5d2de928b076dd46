"""A label file either teaches exactly what it says, or names the line that is wrong."""

from __future__ import annotations

import pytest

from glueml_core.errors import InvalidInputException
from glueml_core.tables.label_files import LabelRow, parse_label_file, write_label_file
from glueml_core.tables.locations import locate

COLUMNS = ["id", "name"]
HEADER = "labeling_set_id,label,id,name\n"


def parse(content: str | bytes, columns=COLUMNS):
    data = content if isinstance(content, bytes) else content.encode()
    return parse_label_file(data, "s3://labels/a.csv", columns, "id")


def answers(content: str | bytes) -> list[tuple[str, str, str]]:
    labels = parse(content).labels
    return list(labels[["labeling_set_id", "record_id", "label"]].itertuples(index=False))


def refusal(content: str | bytes) -> str:
    with pytest.raises(InvalidInputException) as refused:
        parse(content)
    start = "Cannot import the label file s3://labels/a.csv. "
    assert str(refused.value).startswith(start)
    return str(refused.value).removeprefix(start)


class TestWriting:
    @pytest.mark.behavior(24)
    def test_header_is_set_label_and_the_source_columns_in_order(self, tmp_path, settings):
        rows = [LabelRow("s1", "", {"name": 'a "b",\n', "id": "007"})]
        write_label_file(locate(f"{tmp_path}/a.csv", settings), COLUMNS, rows)

        assert (tmp_path / "a.csv").read_bytes() == (
            b'labeling_set_id,label,id,name\ns1,,007,"a ""b"",\n"\n'
        )

    @pytest.mark.behavior(33)
    def test_what_is_written_is_what_is_read(self, tmp_path, settings):
        """Formulas, quotes, line ends and blanks are text like any other."""
        names = ["=1+1", "@x", '"', "a\r\nb", " Ann ", "", "Zoë", "\t", "1e5", "NA"]
        rows = [
            LabelRow("s1", "A", {"id": str(number), "name": name})
            for number, name in enumerate(names)
        ]
        write_label_file(locate(f"{tmp_path}/a.csv", settings), COLUMNS, rows)

        read = parse((tmp_path / "a.csv").read_bytes())
        assert [row["name"] for row in read.labels["row"]] == names


class TestReading:
    def test_columns_may_be_in_any_order_behind_the_first_two(self):
        read = parse("labeling_set_id,label,Name,ID\ns,A,ann,1\n")

        assert read.labels["row"].tolist() == [{"id": "1", "name": "ann"}]

    def test_rows_without_a_label_are_counted_and_left_out(self):
        read = parse(HEADER + "s,A,1,ann\ns, ,2,bob\n,,,\n\ns,,3,eve\n")

        assert (len(read.labels), read.unlabeled_count) == (1, 2)

    def test_a_byte_order_mark_is_no_part_of_the_header(self):
        assert answers(b"\xef\xbb\xbf" + HEADER.encode() + b"s,A,1,ann\r\n") == [("s", "1", "A")]

    @pytest.mark.behavior(28)
    def test_labels_are_case_sensitive(self):
        assert answers(HEADER + "s,A,1,ann\ns,a,2,bob\n") == [("s", "1", "A"), ("s", "2", "a")]

    def test_a_record_said_twice_alike_counts_once(self):
        read = parse(HEADER + "s,A,1,ann\ns,A,1,ann\nt,B,1,ann\n")

        assert (len(read.labels), read.repeated_count) == (2, 1)

    def test_large_sets_are_accepted_and_named(self):
        rows = "".join(f"big,A,{number},x\n" for number in range(51)) + "small,A,1,x\n"

        assert parse(HEADER + rows).large_sets == ("big",)

    def test_source_columns_may_be_called_as_the_first_two(self):
        header = "labeling_set_id,label,id,label,record_id\n"
        read = parse(header + "s,A,1,red,x\n", ["id", "label", "record_id"])

        assert read.labels["row"][0] == {"id": "1", "label": "red", "record_id": "x"}
        assert read.labels["label"].tolist() == ["A"]


@pytest.mark.behavior(31)
class TestBadFiles:
    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (
                "",
                (
                    "Line 1: the header must begin with labeling_set_id,label, "
                    "but it begins with nothing."
                ),
            ),
            (
                "labeling_set_id;label;id;name\ns;A;1;ann\n",
                (
                    "Line 1: the header must begin with labeling_set_id,label, "
                    "but it begins with labeling_set_id;label;id;name."
                ),
            ),
            (
                "labeling_set_id,label,id,nmae,age,id\n",
                (
                    "Line 1: the header lacks the columns name and has the unknown columns "
                    "nmae, age and names more than once id."
                ),
            ),
            (HEADER, "Column label is blank in all of its 0 rows."),
            (HEADER + "s,,1,ann\ns,,2,bob\n", "Column label is blank in all of its 2 rows."),
            (HEADER + 's,A,1,"a\nb"\n,B,2,bob\n', "Line 4, column labeling_set_id: no value."),
            (HEADER + "s,A,1,ann\ns,A,,bob\n", "Line 3, column id: no value."),
            (
                HEADER + "s,A,1,ann\nt,B,2,bob\ns,B,1,ann\n",
                "Line 4, column label: id 1 has label B in labeling set s, and label A in line 2.",
            ),
            (
                HEADER + "s,A,1\ns,A,1,ann,x\n",
                "Line 2: 3 cells instead of 4; Line 3: 5 cells instead of 4.",
            ),
            (HEADER + 's,A,1,"ann\n', "Line 2: unexpected end of data."),
            (
                HEADER + "s\0,A,1,ann\ns,A\0,2,bob\ns,A,3\0,eve\n",
                (
                    "Line 2, column labeling_set_id: a NUL byte; Line 3, column label: a NUL byte; "
                    "Line 4, column id: a NUL byte."
                ),
            ),
            (
                HEADER.encode() + b"s,A,1,ann\ns,A,2,caf\xe9\n",
                "Line 3, cell 4: byte 0xE9 is not UTF-8; save the file as UTF-8.",
            ),
        ],
    )
    def test_say_what_is_wrong_and_where(self, content, reason):
        assert refusal(content) == reason

    def test_name_ten_problems_and_count_the_rest(self):
        text = refusal(HEADER + ",A,1,ann\n" * 13)

        assert text.count("column labeling_set_id: no value") == 10
        assert text.endswith("; and 3 more.")
