"""Match checks: what a table of matches must keep up to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import dagster as dg

from glueml_dagster.definition import Expectations
from glueml_dagster.schema_checks import schema_check

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["MatchNumbers", "match_check_specs", "match_checks"]


@dataclass(frozen=True)
class MatchNumbers:
    """A table of matches in numbers; a duplicate is a record beyond the first of its cluster."""

    records: int
    clusters: int
    largest_cluster: int
    duplicates: int
    matched_share: float

    @classmethod
    def of(cls, matches: pd.DataFrame) -> MatchNumbers:
        """Count the clusters of `match_id`."""
        sizes = matches["match_id"].value_counts()
        matched = int(sizes[sizes > 1].sum())
        return cls(
            records=len(matches),
            clusters=len(sizes),
            largest_cluster=int(sizes.max()) if len(sizes) else 0,
            duplicates=len(matches) - len(sizes),
            matched_share=matched / len(matches) if len(matches) else 0.0,
        )

    @classmethod
    def of_additions(cls, told: Mapping[str, Any]) -> MatchNumbers:
        """As a run tells them that wrote new records alone: their clusters have old ones too."""
        records = told["record_count"]
        return cls(
            records=records,
            clusters=told["cluster_count"],
            largest_cluster=told["largest_cluster"],
            duplicates=records - told["new_cluster_count"],
            matched_share=told["matching_record_count"] / records if records else 0.0,
        )


def match_check_specs(key: dg.AssetKey, expectations: Expectations) -> list[dg.AssetCheckSpec]:
    """The checks of an asset of matches."""
    described = {"matches_schema": "Every record is there once, with a match_id."}
    if expectations.max_cluster_size is not None:
        size = expectations.max_cluster_size
        described["largest_cluster"] = f"No cluster has more than {size} records."
    if expectations.max_matched_share_change is not None:
        change = expectations.max_matched_share_change
        described["matched_share"] = (
            f"The share of matched records is within {change} of the last materialization's."
        )
    return [
        dg.AssetCheckSpec(
            name,
            asset=key,
            description=description,
            blocking=expectations.blocking or name == "matches_schema",
        )
        for name, description in described.items()
    ]


def match_checks(
    matches: pd.DataFrame,
    columns: Sequence[str],
    primary_key: str,
    expectations: Expectations,
    last_matched_share: float | None,
    numbers: MatchNumbers,
) -> Iterator[dg.AssetCheckResult]:
    """
    The verdict on a table of matches.

    Args:
        matches: The columns, `match_id` and, if asked for, `match_confidence_score`.
        columns: Those of the transform's schema.
        primary_key: Which column identifies a record.
        expectations: What to check beyond the schema.
        last_matched_share: Of the last materialization; None if there was none.
        numbers: Those of the table; of one with new records alone, as its run tells them.
    """
    from glueml_core.user_tables import matched_table

    yield schema_check(matched_table(columns, primary_key), matches, name="matches_schema")
    if expectations.max_cluster_size is not None:
        yield dg.AssetCheckResult(
            check_name="largest_cluster",
            passed=numbers.largest_cluster <= expectations.max_cluster_size,
            metadata={
                "largest_cluster": numbers.largest_cluster,
                "ceiling": expectations.max_cluster_size,
            },
        )
    if expectations.max_matched_share_change is not None:
        yield _share_check(numbers, expectations.max_matched_share_change, last_matched_share)


def _share_check(
    numbers: MatchNumbers, most: float, last_matched_share: float | None
) -> dg.AssetCheckResult:
    known = {"matched_share": numbers.matched_share, "most": most}
    if last_matched_share is None:
        return dg.AssetCheckResult(
            check_name="matched_share",
            passed=True,
            description="There is no materialization to compare with.",
            metadata=known,
        )
    change = abs(numbers.matched_share - last_matched_share)
    return dg.AssetCheckResult(
        check_name="matched_share",
        passed=change <= most,
        metadata=known | {"last_matched_share": last_matched_share, "change": change},
    )
