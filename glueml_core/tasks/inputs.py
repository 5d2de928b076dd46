"""Inputs of matching: records, labels, options and matcher, as matching takes them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import pyarrow as pa
from lightgbm.basic import LightGBMError
from pandera.typing import DataFrame

from glueml_core.errors import InvalidInputException
from glueml_core.matching import Matcher, MatchingOptions, are_among
from glueml_core.schemas import Labels, Records
from glueml_core.store import CurrentLabel
from glueml_core.tables.records import append_records, to_records
from glueml_core.tables.sources import read_table
from glueml_core.tasks.extensions import extensions_of
from glueml_core.tasks.kept_pairs import KeptPairs
from glueml_core.tasks.task import Task

__all__ = [
    "labels_frame",
    "matcher_of",
    "matching_options",
    "read_source",
    "records_with_labeled",
    "without_unknown",
]


def read_source(task: Task) -> tuple[pa.Table, DataFrame[Records]]:
    """
    The transform's table, as it is kept and as matching takes it.

    Raises:
        EntityNotFoundException: The catalog has no such table any more.
        InvalidInputException: It cannot be read, or its primary key is none.
    """
    source = task.transform.input_record_tables[0]
    task.progress(0.0, f"Reading table {source['DatabaseName']}.{source['TableName']}")
    found = task.store.catalog.table(source["DatabaseName"], source["TableName"])
    definition = {**found.definition, "AdditionalOptions": source.get("AdditionalOptions")}
    table = read_table(definition, task.columns, task.settings)
    return table, to_records(table, task.primary_key)


def labels_frame(labels: Sequence[CurrentLabel]) -> DataFrame[Labels]:
    """The labels that count, later answers below earlier ones."""
    frame = pd.DataFrame(
        {
            "labeling_set_id": [label.scoped_set_id for label in labels],
            "record_id": [label.record_id for label in labels],
            "label": [label.label for label in labels],
        },
        dtype=object,
    )
    return Labels.validate(frame)


def records_with_labeled(
    records: DataFrame[Records], labels: Sequence[CurrentLabel]
) -> DataFrame[Records]:
    """The records to learn from: the source's, and the labeled ones that it lacks."""
    return append_records(records, {label.record_id: label.row for label in labels})


def without_unknown(labels: DataFrame[Labels], records: DataFrame[Records]) -> DataFrame[Labels]:
    """The labels of records that are there."""
    known = are_among(labels["record_id"], records["record_id"])
    return Labels.validate(labels[known].reset_index(drop=True))


def matching_options(task: Task, *, enforce: bool | None = None) -> MatchingOptions:
    """What the transform's owner chose; `enforce` in place of EnforceProvidedLabels."""
    chosen = task.transform
    return MatchingOptions(
        precision_recall_tradeoff=chosen.precision_recall_tradeoff,
        accuracy_cost_tradeoff=chosen.accuracy_cost_tradeoff,
        enforce_provided_labels=chosen.enforce_provided_labels if enforce is None else enforce,
        seed=task.settings.seed,
        extensions=extensions_of(task.settings, chosen.name),
        whole_table_rows=task.settings.whole_table_rows,
        memory_limit_mib=task.settings.matching_memory_mib,
        kept_pairs=KeptPairs.of(task.settings, chosen.id),
    )


def matcher_of(task: Task) -> Matcher | None:
    """
    What the transform has learned; None if nothing yet.

    Raises:
        InvalidInputException: Another release wrote it, in a form that this one cannot read.
    """
    kept = task.store.matchers.get(task.transform.id)
    if kept is None:
        return None
    try:
        return Matcher.from_json(kept.text)
    except (LightGBMError, LookupError, TypeError, ValueError) as error:
        raise InvalidInputException(
            "What the transform has learned was written by another release of GlueML, and cannot "
            "be read. Its labels are kept: import any label file again, such as an export of them, "
            "and it learns anew."
        ) from error
