"""What a FIND_MATCHES run reads and writes, by its request."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ParamSpec, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
from pandera.typing import DataFrame

from glueml_core.errors import InvalidInputException
from glueml_core.matching import TableTooLargeError
from glueml_core.schemas import Labels, Records
from glueml_core.tables.formats import FileFormat, format_of_file, format_of_table
from glueml_core.tables.locations import Location, check_output_path, locate
from glueml_core.tables.sources import columns_of, read_table
from glueml_core.tasks.inputs import labels_frame
from glueml_core.tasks.match_request import MatchRequest, read_frame
from glueml_core.tasks.task import Task

__all__ = [
    "below",
    "check_columns",
    "check_new",
    "file_format",
    "fitting",
    "in_schema",
    "labels_to_enforce",
    "target_of",
    "whole_table",
]

_Given = ParamSpec("_Given")
_Found = TypeVar("_Found")


def whole_table(task: Task, definition: Any, handed_over: str) -> pa.Table:
    """All rows and columns of a frame that was handed over, else of the table that is defined."""
    table = read_frame(task.folder.inputs, handed_over)
    if table is None:
        table = read_table(definition, columns_of(definition), task.settings)
    check_columns(task, table.column_names)
    return table


def check_columns(task: Task, names: Sequence[str]) -> None:
    """InvalidInputException if a table with these columns lacks one of the transform's."""
    known = {name.lower() for name in names}
    missing = [name for name in task.columns if name.lower() not in known]
    if missing:
        raise InvalidInputException(
            f"The records lack the columns {', '.join(missing)} of the transform's schema."
        )


def check_new(
    records: DataFrame[Records], is_known: npt.NDArray[np.bool_], primary_key: str
) -> None:
    """InvalidInputException if a new record's key is among the existing ones."""
    if is_known.any():
        row = int(np.argmax(is_known)) + 1
        raise InvalidInputException(
            f"Primary key {primary_key} has the value {records['record_id'].iloc[row - 1]} in row "
            f"{row} of the new records and among the existing ones."
        )


def in_schema(task: Task, table: pa.Table) -> pa.Table:
    """The columns that the transform knows, as it names them."""
    place = {name.lower(): number for number, name in enumerate(table.column_names)}
    found = [place[name.lower()] for name in task.columns]
    return table.select(found).rename_columns(task.columns)


def labels_to_enforce(task: Task) -> tuple[DataFrame[Labels], bool]:
    """The labels to enforce, and whether there are any."""
    labels = labels_frame([])
    if task.transform.enforce_provided_labels:
        labels = labels_frame(task.store.labels.current(task.transform.id))
    enforced = read_frame(task.folder.inputs, "enforced")
    if enforced is not None:
        # Below the transform's own: the last answer on a pair counts.
        labels = DataFrame[Labels](pd.concat([labels, enforced.to_pandas()], ignore_index=True))
    return labels, len(labels) > 0


def fitting(find: Callable[_Given, _Found], *args: _Given.args, **kwargs: _Given.kwargs) -> _Found:
    """What `find` finds; a table that does not fit is the caller's to change."""
    try:
        return find(*args, **kwargs)
    except TableTooLargeError as error:
        raise InvalidInputException(str(error)) from error


def below(existing: pa.Table, table: pa.Table) -> pa.Table:
    """Both tables as one, without what an earlier run had added."""
    added = [
        name for name in ("match_id", "match_confidence_score") if name in existing.column_names
    ]
    try:
        return pa.concat_tables([existing.drop_columns(added), table], promote_options="permissive")
    except pa.ArrowTypeError as error:
        raise InvalidInputException(
            f"The existing and the new records disagree on a column's type: {error}"
        ) from error


def target_of(task: Task, request: MatchRequest) -> Location | None:
    """The file to write; named after the run, so that an attempt overwrites the one before."""
    output = request.output
    if output is None:
        return None
    if format_of_file(output.path) is not None:
        return locate(output.path, task.settings)
    name = f"{task.run.id}-part-00000.{file_format(request)}"
    return check_output_path(output.path, task.settings).child(name)


def file_format(request: MatchRequest) -> FileFormat:
    """The format of the file to write: that of the table whose rows it has, if none was chosen."""
    output = request.output
    assert output is not None
    table = request.existing if output.new_records_only else request.source
    told = table and format_of_table(table)
    return output.file_format or format_of_file(output.path) or (told.kind if told else "csv")
