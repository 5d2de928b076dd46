"""CSV: rows of text, read strictly and written so that they come back unchanged."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO, TextIO

from glueml_core.tables.formats import TableFormat

__all__ = ["BadCsvError", "read_rows", "write_rows"]

# The longest cell; a quote that is never closed stops here and not at the end of a large file.
_CELL_CHARACTERS = 2**24


class BadCsvError(ValueError):
    """The text is not CSV; the message tells the line and has no full stop."""


def read_rows(lines: Iterable[str], table_format: TableFormat) -> Iterator[tuple[int, list[str]]]:
    """
    Each row that is not empty, with the number of the line it starts on, from 1.

    Raises:
        BadCsvError: A quote that is not closed, or text behind a closing one.
    """
    csv.field_size_limit(_CELL_CHARACTERS)
    rows = csv.reader(
        lines,
        delimiter=table_format.delimiter,
        quotechar=table_format.quote,
        escapechar=table_format.escape,
        strict=True,
    )
    while True:
        line = rows.line_num + 1
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            raise BadCsvError(f"Line {line}: {error}") from error
        if row:
            yield line, row


def write_rows(file: BinaryIO, rows: Iterable[Sequence[str]]) -> None:
    """Write rows as UTF-8, each ended by a newline, quoted only where they must be."""
    text = io.TextIOWrapper(file, "utf-8", newline="")
    # With this line end, every carriage return in a cell gets its quotes.
    csv.writer(_Newlines(text), lineterminator="\r\n").writerows(rows)
    text.flush()
    text.detach()


class _Newlines:
    """Ends each row that a csv writer writes by a newline alone."""

    def __init__(self, text: TextIO) -> None:
        self.text = text

    def write(self, row: str) -> int:
        return self.text.write(row.removesuffix("\r\n") + "\n")
