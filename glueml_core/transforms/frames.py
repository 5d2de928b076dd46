"""Frames: pandas frames as a FIND_MATCHES run takes and answers them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from glueml_core.errors import InvalidInputException
from glueml_core.store import MLTransform
from glueml_core.tables.cells import cell_text
from glueml_core.tables.records import record_ids

__all__ = ["enforced_labels", "find_columns", "handed_over", "is_spark", "with_matches"]

_LABEL_COLUMNS = ("labeling_set_id", "label")


def is_spark(frame: Any) -> bool:
    """Whether it is a Spark frame; pyspark is not asked, so that it need not be there."""
    return type(frame).__module__.partition(".")[0] == "pyspark"


def handed_over(frame: pd.DataFrame, transform: MLTransform, name: str) -> pa.Table:
    """
    The columns of the transform's schema, as a run takes them.

    Args:
        frame: Records, with any further columns.
        transform: Whose schema and primary key they must have.
        name: What the caller calls the frame; the words of errors.

    Raises:
        InvalidInputException: A column is missing, or a primary key is missing or not unique.
    """
    columns = find_columns(frame.columns, [column["Name"] for column in transform.schema], name)
    table = pa.table({wanted: _array(frame[found]) for wanted, found in columns.items()})
    record_ids(table, transform.primary_key_column)
    return table


def enforced_labels(frame: pd.DataFrame, primary_key: str) -> pa.Table:
    """
    Labels that a caller wants enforced, with the columns of `Labels`.

    Args:
        frame: `labeling_set_id`, `label` and the primary key, as a label file has them.
        primary_key: Its column's name.

    Raises:
        InvalidInputException: A column or a value is missing, or a set contradicts itself.
    """
    columns = find_columns(frame.columns, [*_LABEL_COLUMNS, primary_key], "enforcedMatches")
    names = ["labeling_set_id", "label", "record_id"]
    cells = {
        name: [cell_text(value).strip() for value in frame[column]]
        for name, column in zip(names, columns.values(), strict=True)
    }
    labels = pd.DataFrame(cells, dtype=object).drop_duplicates()
    if (labels == "").to_numpy().any():
        raise InvalidInputException("A row of enforcedMatches has a blank value.")
    twice = labels.duplicated(["labeling_set_id", "record_id"])
    if twice.any():
        record_id = labels.loc[twice, "record_id"].iloc[0]
        raise InvalidInputException(
            f"Record {record_id} has two labels in one labeling set of enforcedMatches."
        )
    # Apart from the sets of the transform, whatever they are called.
    labels["labeling_set_id"] = "enforced " + labels["labeling_set_id"]
    return pa.Table.from_pandas(labels, preserve_index=False)


def with_matches(
    frame: pd.DataFrame, matches: pd.DataFrame, *, confidence_scores: bool
) -> pd.DataFrame:
    """The frame as it is, with `match_id`, and `match_confidence_score` if asked for."""
    added = {"match_id": matches["match_id"].to_numpy(np.int64)}
    if confidence_scores:
        added["match_confidence_score"] = matches["match_confidence_score"].to_numpy(np.float64)
    return frame.assign(**added)


def find_columns(columns: Collection[str], wanted: Sequence[str], name: str) -> dict[str, str]:
    """
    For each wanted column, the frame's; a Data Catalog writes names in lower case.

    Raises:
        InvalidInputException: Some are missing.
    """
    lower = {str(column).lower(): column for column in reversed(list(columns))}
    found = {w: w if w in columns else lower.get(w.lower()) for w in wanted}
    missing = [w for w, column in found.items() if column is None]
    if missing:
        raise InvalidInputException(f"{name} lacks the columns {', '.join(missing)}.")
    return {w: column for w, column in found.items() if column is not None}


def _array(series: pd.Series) -> pa.Array:
    if isinstance(series.dtype, pd.CategoricalDtype):
        series = series.astype(object)
    try:
        return pa.Array.from_pandas(series)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        # Values of several types in one column: as text.
        return pa.array([cell_text(value) or None for value in series], pa.string())
