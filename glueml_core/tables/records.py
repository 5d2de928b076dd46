"""Records: a table as matching takes it, by its primary key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pandera.typing import DataFrame

from glueml_core.errors import InvalidInputException
from glueml_core.schemas import Records
from glueml_core.tables.cells import cell_text

__all__ = [
    "HIGHEST_MATCH_ID",
    "append_records",
    "column_names",
    "existing_match_ids",
    "record_ids",
    "source_column",
    "to_records",
]

# Columns by which the stages of matching know a record; the user's own step aside.
_TAKEN = {"record_id", "match_id"}
# Above it there is no room for a table's worth of new ones.
HIGHEST_MATCH_ID = 2**62
_TEXT = pd.StringDtype("pyarrow", na_value=np.nan)


def record_ids(table: pa.Table, primary_key: str) -> pa.Array:
    """
    The primary key of each row, as an Arrow array of text.

    Raises:
        InvalidInputException: A key is missing or holds a NUL byte, or two rows have the same; the
            text names the rows, counted from 1.
    """
    ids = _key_texts(table[primary_key])
    blank = pc.equal(pc.utf8_trim_whitespace(ids), "")
    wrong = pc.or_(blank, pc.match_substring(ids, "\0"))
    if pc.any(wrong).as_py() or not _are_distinct(ids):
        _refuse(ids.to_pylist(), primary_key)
    return ids


def _are_distinct(ids: pa.Array) -> bool:
    # As most tables have their keys, and quickly seen.
    if pc.all(pc.less(ids[:-1], ids[1:])).as_py():
        return True
    return bool(pc.count_distinct(ids).as_py() == len(ids))


def _key_texts(keys: pa.ChunkedArray) -> pa.Array:
    """`cell_text` of each key."""
    if pa.types.is_dictionary(keys.type):
        keys = keys.cast(keys.type.value_type)
    same_in_arrow = (pa.types.is_string, pa.types.is_large_string, pa.types.is_integer)
    if any(is_same(keys.type) for is_same in same_in_arrow):
        texts = pc.fill_null(keys.cast(pa.large_string()), "")
        return pa.concat_arrays([pa.array([], pa.large_string()), *texts.chunks])
    return pa.array([cell_text(value) for value in keys.to_pylist()], pa.large_string())


def _refuse(ids: Sequence[str], primary_key: str) -> NoReturn:
    """Say which key is wrong, the uppermost first."""
    first_row: dict[str, int] = {}
    for row, record_id in enumerate(ids, start=1):
        if not record_id.strip():
            raise InvalidInputException(f"Primary key {primary_key} has no value in row {row}.")
        if "\0" in record_id:
            raise InvalidInputException(f"Primary key {primary_key} has a NUL byte in row {row}.")
        if first_row.setdefault(record_id, row) != row:
            raise InvalidInputException(
                f"Primary key {primary_key} has the value {record_id} in row "
                f"{first_row[record_id]} and again in row {row}."
            )
    raise AssertionError("every key is there, and there once")


def to_records(table: pa.Table, primary_key: str) -> DataFrame[Records]:
    """
    The rows of a table by `record_id`, with its other columns; empty text is a missing value.

    Raises:
        InvalidInputException: The primary key is not one; see `record_ids`.
    """
    ids = record_ids(table, primary_key)
    others = table.drop_columns([primary_key])
    cells = {
        name: _cells(column)
        for name, column in zip(column_names(others.column_names), others.columns, strict=True)
    }
    frame = pd.DataFrame({"record_id": _text_series(ids), **cells}, index=range(table.num_rows))
    # What the schema asks of the keys was just seen to, at a fraction of its cost.
    return cast("DataFrame[Records]", frame)


def existing_match_ids(table: pa.Table) -> npt.NDArray[np.int64]:
    """
    The `match_id` of each row of a table matched before, shape (n_rows,).

    Raises:
        InvalidInputException: There is none, or it is no whole number, or leaves none for others.
    """
    if "match_id" not in table.column_names:
        raise InvalidInputException("The existing records lack the column match_id.")
    column = table["match_id"]
    try:
        ids = column.cast(pa.int64()).to_numpy()
    except pa.ArrowInvalid as error:
        raise InvalidInputException(
            f"Column match_id of the existing records is not a whole number: {error}"
        ) from error
    if column.null_count:
        row = column.is_null().index(True).as_py() + 1
        raise InvalidInputException(f"Column match_id has no value in row {row}.")
    if len(ids) and ids.max() > HIGHEST_MATCH_ID:
        row = int(ids.argmax()) + 1
        raise InvalidInputException(
            f"Column match_id has {ids.max()} in row {row}, which leaves no room for new clusters."
        )
    return np.asarray(ids, dtype=np.int64)


def column_names(columns: Sequence[str]) -> list[str]:
    """The columns as `Records` names them: the user's own `record_id` becomes `record_id_`."""
    return [f"{name}_" if name in _TAKEN else name for name in columns]


def _cells(column: pa.ChunkedArray) -> pd.Series[Any]:
    """Numbers as numbers, all else as text."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_decimal(column.type):
        column = column.cast(pa.float64())
    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
        return pd.Series(column.to_pandas())
    text = column.cast(pa.large_string())
    return _text_series(pc.if_else(pc.equal(text, ""), pa.scalar(None, text.type), text))


def _text_series(texts: pa.Array | pa.ChunkedArray) -> pd.Series[str]:
    """Text that stays in Arrow's memory; missing is NaN."""
    return pd.Series(texts, dtype=_TEXT)


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
    known = set(records.loc[records["record_id"].isin(list(rows)), "record_id"])
    new = [record_id for record_id in rows if record_id not in known]
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
        elif isinstance(dtype, pd.StringDtype):
            added[name] = added[name].astype(dtype)
    return Records.validate(pd.concat([records, added], ignore_index=True))
