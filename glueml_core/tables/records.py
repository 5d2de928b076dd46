"""Records: a table as matching takes it, by its primary key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import pyarrow as pa
from pandera.typing import DataFrame

from glueml_core.errors import InvalidInputException
from glueml_core.schemas import Records
from glueml_core.tables.cells import cell_text

__all__ = ["append_records", "column_names", "record_ids", "source_column", "to_records"]

# Columns by which the stages of matching know a record; the user's own step aside.
_TAKEN = {"record_id", "match_id"}


def record_ids(table: pa.Table, primary_key: str) -> list[str]:
    """
    The primary key of each row, as text.

    Raises:
        InvalidInputException: A key is missing, or two rows have the same; the text names the rows,
            counted from 1.
    """
    ids = [cell_text(value) for value in table[primary_key].to_pylist()]
    first_row: dict[str, int] = {}
    for row, record_id in enumerate(ids, start=1):
        if not record_id.strip():
            raise InvalidInputException(f"Primary key {primary_key} has no value in row {row}.")
        if first_row.setdefault(record_id, row) != row:
            raise InvalidInputException(
                f"Primary key {primary_key} has the value {record_id} in row "
                f"{first_row[record_id]} and again in row {row}."
            )
    return ids


def to_records(table: pa.Table, primary_key: str) -> DataFrame[Records]:
    """
    The rows of a table by `record_id`, with its other columns; empty text is a missing value.

    Raises:
        InvalidInputException: The primary key is not one; see `record_ids`.
    """
    ids = record_ids(table, primary_key)
    others = table.drop_columns([primary_key])
    frame = others.rename_columns(column_names(others.column_names)).to_pandas()
    frame = frame.mask(frame == "")
    frame.insert(0, "record_id", pd.Series(ids, dtype=object))
    return Records.validate(frame)


def column_names(columns: Sequence[str]) -> list[str]:
    """The columns as `Records` names them: the user's own `record_id` becomes `record_id_`."""
    return [f"{name}_" if name in _TAKEN else name for name in columns]


def source_column(name: str) -> str:
    """The user's name of a column of `Records`."""
    taken = {f"{name}_": name for name in _TAKEN}
    return taken.get(name, name)


def append_records(
    records: DataFrame[Records], rows: Mapping[str, Mapping[str, str]]
) -> DataFrame[Records]:
    """
    The records and, below them, those of `rows` that they lack.

    Args:
        records: What is there.
        rows: Cells as a label file has them, by column, by `record_id`.
    """
    new = [record_id for record_id in rows if record_id not in set(records["record_id"])]
    if not new:
        return records

    cells = {
        name: pd.Series(
            [rows[record_id].get(source_column(name)) or None for record_id in new], dtype=object
        )
        for name in records.columns[1:]
    }
    added = pd.DataFrame({"record_id": new, **cells})
    for name, dtype in records.dtypes.items():
        if pd.api.types.is_numeric_dtype(dtype):
            added[name] = pd.to_numeric(added[name], errors="coerce")
    return Records.validate(pd.concat([records, added], ignore_index=True))
