"""Tables that the driver matches whole, as one machine matches them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql.types import DoubleType, LongType, StringType, StructField, StructType

from glueml_core import matching
from glueml_core.spark.records import NEW, table_of

if TYPE_CHECKING:
    import pandas as pd
    from pandera.typing import DataFrame as Table

    from glueml_core.matching import Matcher, MatchingOptions, Progress
    from glueml_core.schemas import Labels
    from glueml_core.spark.records import SparkRecords

__all__ = ["find_whole", "is_small"]

# What is left of the work when the clusters are there.
_FOUND = 0.9


def is_small(records: SparkRecords, options: MatchingOptions) -> bool:
    """Whether one machine would match these records whole."""
    return options.takes_whole(records.frame.count())


def find_whole(
    records: SparkRecords,
    matcher: Matcher,
    labels: Table[Labels],
    options: MatchingOptions,
    progress: Progress,
) -> DataFrame:
    """
    As `find_matches` and `find_incremental_matches`, by the local engine, in the driver.

    Args:
        records: Small enough for it, see `is_small`; all of them come to the driver.
        matcher: See `find_matches`, as for all that follow.
        labels: See there.
        options: See there.
        progress: See there.
    """

    def share(done: float, text: str) -> None:
        progress(_FOUND * done, text)

    progress(0.0, "Reading records")
    read = records.frame.toArrow()
    table = table_of(read, records.key, records.names)
    # Spark has rows in no order, and numbers follow from it.
    order = np.argsort(table["record_id"].to_numpy(dtype=object))
    read, table = read.take(order), table.iloc[order].reset_index(drop=True)
    known = read["known"].to_numpy()
    if records.is_incremental:
        old = known != NEW
        existing = table[old].assign(match_id=known[old])
        matches = matching.find_incremental_matches(
            existing, table[~old], matcher, labels, options, share
        )
        place = np.concatenate([np.flatnonzero(old), np.flatnonzero(~old)])
        read = read.take(place)
    else:
        matches = matching.find_matches(table, matcher, labels, options, share)
    return _on_spark(records.frame, read["key"], matches, known.max(initial=NEW) + 1)


def _on_spark(
    frame: DataFrame, keys: pa.ChunkedArray, found: pd.DataFrame, first: int
) -> DataFrame:
    """Matches beside their keys; numbers from `first` on, which are new, without gaps."""
    match_id = found["match_id"].to_numpy().copy()
    fresh = match_id >= first
    match_id[fresh] = first + np.unique(match_id[fresh], return_inverse=True)[1]
    schema = StructType(
        [
            frame.schema["key"],
            StructField("record_id", StringType(), False),
            StructField("match_id", LongType(), False),
            StructField("match_confidence_score", DoubleType(), False),
        ]
    )
    columns = {
        "key": keys,
        "record_id": pa.array(found["record_id"].to_numpy(dtype=object), pa.string()),
        "match_id": pa.array(match_id),
        "match_confidence_score": pa.array(found["match_confidence_score"].to_numpy()),
    }
    return frame.sparkSession.createDataFrame(pa.table(columns), schema)
