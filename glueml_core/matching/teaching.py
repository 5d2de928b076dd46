"""What a matcher learns from, whatever the size of the table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from glueml_core.matching.comparison import Comparison, compare
from glueml_core.matching.large import compare_sample

if TYPE_CHECKING:
    from pandera.typing import DataFrame

    from glueml_core.matching.options import MatchingOptions
    from glueml_core.matching.rows import ColumnProfile
    from glueml_core.schemas import Labels, Records

__all__ = ["compare_to_teach"]


def compare_to_teach(
    records: DataFrame[Records],
    labels: DataFrame[Labels],
    options: MatchingOptions,
    columns: Sequence[ColumnProfile] | None = None,
) -> Comparison:
    """The whole table compared, or of a large one the labeled records and a sample."""
    if options.takes_whole(len(records)):
        return compare(records, options, columns)
    return compare_sample(records, labels, options, columns)
