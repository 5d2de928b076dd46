"""Label files: labeling sets as people get them, and as they hand them back."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

import pandas as pd
from pandera.typing import DataFrame

from glueml_core.errors import InvalidInputException
from glueml_core.schemas import LabelFile
from glueml_core.tables.csv_files import BadCsvError, read_rows, write_rows
from glueml_core.tables.formats import TableFormat
from glueml_core.tables.locations import Location
from glueml_core.tables.outputs import open_output

__all__ = [
    "LabelRow",
    "ParsedLabels",
    "parse_label_file",
    "write_label_file",
    "write_label_rows",
]

_SET, _LABEL = "labeling_set_id", "label"
# More rows than that in one set, and people lose the overview.
_LARGE_SET = 50
_PROBLEMS_SHOWN = 10


@dataclass(frozen=True)
class LabelRow:
    """One row of a label file; `cells` are the source's columns by name, `line` counts from 1."""

    labeling_set_id: str
    label: str
    cells: Mapping[str, str]
    line: int = 0


@dataclass(frozen=True)
class ParsedLabels:
    """
    What a label file says.

    Args:
        labels: Its labeled rows, each record once in a set.
        unlabeled_count: Rows that nobody has labeled.
        repeated_count: Rows that say what another row of their set says.
        large_sets: Labeling sets of more than 50 rows.
    """

    labels: DataFrame[LabelFile]
    unlabeled_count: int
    repeated_count: int
    large_sets: tuple[str, ...]


def write_label_file(target: Location, columns: Sequence[str], rows: Iterable[LabelRow]) -> None:
    """
    Write rows below the header `labeling_set_id,label,<columns>`.

    Raises:
        InvalidInputException: The place cannot be written to.
    """
    with open_output(target) as file:
        write_label_rows(file, columns, rows)


def write_label_rows(file: BinaryIO, columns: Sequence[str], rows: Iterable[LabelRow]) -> None:
    """Write what `write_label_file` writes to a file that is open."""
    write_rows(file, [[_SET, _LABEL, *columns]])
    cells = ([r.labeling_set_id, r.label, *(r.cells[name] for name in columns)] for r in rows)
    write_rows(file, cells)


def parse_label_file(
    content: bytes, uri: str, columns: Sequence[str], primary_key: str
) -> ParsedLabels:
    """
    Read a label file as people hand it back.

    Args:
        content: The file.
        uri: Where it is from; the words of errors.
        columns: The source's columns; the file must have all of them, in any order.
        primary_key: The column that tells the records.

    Raises:
        InvalidInputException: The file cannot be learned from; the text says what is wrong with
            it, and in which lines and columns.
    """
    try:
        rows = _read(_decode(content), list(columns))
        labeled, repeated_count = _labeled_once(rows, primary_key)
    except (BadLabelFileError, BadCsvError) as error:
        raise InvalidInputException(f"Cannot import the label file {uri}. {error}.") from error
    if not labeled:
        raise InvalidInputException(
            f"Cannot import the label file {uri}. Column label is blank in all of its "
            f"{len(rows)} rows."
        )
    sizes = Counter(row.labeling_set_id for row in rows)
    return ParsedLabels(
        labels=_table(labeled, primary_key),
        unlabeled_count=sum(not row.label for row in rows),
        repeated_count=repeated_count,
        large_sets=tuple(name for name, size in sizes.items() if size > _LARGE_SET),
    )


class BadLabelFileError(ValueError):
    """A label file nobody can learn from; the message has no full stop."""


def _decode(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        start = content.rfind(b"\n", 0, error.start) + 1
        column = content[start : error.start].decode("utf-8", "replace").count(",") + 1
        raise BadLabelFileError(
            f"Line {line}, cell {column}: byte 0x{content[error.start]:02X} is not UTF-8; "
            "save the file as UTF-8"
        ) from error


def _read(text: str, columns: list[str]) -> list[LabelRow]:
    rows = read_rows(io.StringIO(text, newline=""), TableFormat("csv"))
    _, header = next(rows, (1, []))
    places = _places(header, columns)

    read, problems = [], []
    for line, cells in rows:
        if len(cells) != len(header):
            problems.append(f"Line {line}: {len(cells)} cells instead of {len(header)}")
        elif any(cell.strip() for cell in cells):
            read.append(_row(line, cells, places))
            problems += _blanks(read[-1])
    _raise_if(problems)
    return read


def _places(header: list[str], columns: list[str]) -> dict[str, int]:
    """Where each source column stands; the first two are the set's id and the label."""
    names = [name.strip() for name in header]
    if [name.lower() for name in names[:2]] != [_SET, _LABEL]:
        raise BadLabelFileError(
            f"Line 1: the header must begin with {_SET},{_LABEL}, but it begins with "
            f"{','.join(header[:2]) or 'nothing'}"
        )
    rest = [name.lower() for name in names[2:]]
    wanted = {name.lower(): name for name in columns}
    problems = [
        f"{what} {_some_of(found)}"
        for what, found in {
            "lacks the columns": [name for low, name in wanted.items() if low not in rest],
            "has the unknown columns": [n for n in names[2:] if n.lower() not in wanted],
            "names more than once": [n for n, count in Counter(rest).items() if count > 1],
        }.items()
        if found
    ]
    if problems:
        raise BadLabelFileError(f"Line 1: the header {' and '.join(problems)}")
    return {name: rest.index(low) + 2 for low, name in wanted.items()}


def _some_of(names: list[str]) -> str:
    more = len(names) - _PROBLEMS_SHOWN
    return ", ".join(names[:_PROBLEMS_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _row(line: int, cells: list[str], places: Mapping[str, int]) -> LabelRow:
    source = {name: cells[place] for name, place in places.items()}
    return LabelRow(cells[0].strip(), cells[1].strip(), source, line)


def _blanks(row: LabelRow) -> list[str]:
    if row.labeling_set_id:
        return []
    return [f"Line {row.line}, column {_SET}: no value"]


def _nul_bytes(row: LabelRow, primary_key: str) -> list[str]:
    """What no database can look a label up by; any other cell is kept as it came."""
    told = {_SET: row.labeling_set_id, _LABEL: row.label, primary_key: row.cells[primary_key]}
    return [f"Line {row.line}, column {name}: a NUL byte" for name, v in told.items() if "\0" in v]


def _labeled_once(rows: Iterable[LabelRow], primary_key: str) -> tuple[list[LabelRow], int]:
    """The labeled rows, each record once in a set; and how many said nothing new."""
    first: dict[tuple[str, str], LabelRow] = {}
    repeated, problems = 0, []
    for row in rows:
        key = row.cells[primary_key]
        if not row.label:
            continue
        if not key.strip():
            problems.append(f"Line {row.line}, column {primary_key}: no value")
            continue
        if nul_bytes := _nul_bytes(row, primary_key):
            problems += nul_bytes
            continue
        earlier = first.setdefault((row.labeling_set_id, key), row)
        if earlier is not row and earlier.label == row.label:
            repeated += 1
        elif earlier is not row:
            problems.append(
                f"Line {row.line}, column {_LABEL}: {primary_key} {key} has label {row.label} "
                f"in labeling set {row.labeling_set_id}, and label {earlier.label} in line "
                f"{earlier.line}"
            )
    _raise_if(problems)
    return list(first.values()), repeated


def _raise_if(problems: list[str]) -> None:
    if problems:
        more = len(problems) - _PROBLEMS_SHOWN
        rest = [f"and {more} more"] if more > 0 else []
        raise BadLabelFileError("; ".join([*problems[:_PROBLEMS_SHOWN], *rest]))


def _table(rows: list[LabelRow], primary_key: str) -> DataFrame[LabelFile]:
    table = pd.DataFrame(
        {
            "labeling_set_id": [row.labeling_set_id for row in rows],
            "record_id": [row.cells[primary_key] for row in rows],
            "label": [row.label for row in rows],
            "row": [dict(row.cells) for row in rows],
        }
    )
    return LabelFile.validate(table)
