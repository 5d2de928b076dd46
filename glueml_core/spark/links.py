"""Links: pairs of rows that must come to lie in one group, whatever they look like."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyspark.sql.functions as F  # noqa: N812
from pyspark.sql import DataFrame

from glueml_core.matching.large.groups import LINKED

if TYPE_CHECKING:
    from pandera.typing import DataFrame as Table

    from glueml_core.schemas import Labels

__all__ = ["cluster_links", "label_links"]


def label_links(hashed: DataFrame, labels: Table[Labels]) -> DataFrame | None:
    """Pairs of rows that labels want together: `l` < `r`, `evidence`; None if nothing is said."""
    if labels.empty:
        return None
    given = pa.Table.from_pandas(labels, preserve_index=False)
    said = hashed.sparkSession.createDataFrame(given).join(hashed, "record_id")
    return _stars(said.select("row", F.struct("labeling_set_id", "label").alias("of")))


def cluster_links(rows: DataFrame, pairs: DataFrame) -> DataFrame:
    """
    The rows of every existing cluster that a pair touches, as pairs with its first one.

    Clusters that nothing new resembles are not looked at: the work is that of the new records.
    """
    ends = pairs.select(F.explode(F.array("l", "r")).alias("row")).distinct()
    known = rows.where("known >= 0").select("row", F.col("known").alias("of"))
    touched = known.join(ends, "row", "left_semi").select("of").distinct()
    return _stars(known.join(touched, "of", "left_semi"))


def _stars(members: DataFrame) -> DataFrame:
    """Each `row` `of` something as a pair with the lowest row of the same."""
    least = members.groupBy("of").agg(F.min("row").alias("l"))
    return (
        members.join(least, "of")
        .where("l < row")
        .select("l", F.col("row").alias("r"), F.lit(LINKED).alias("evidence"))
        .distinct()
    )
