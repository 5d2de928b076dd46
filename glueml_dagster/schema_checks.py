"""Schema checks: the core's verdict on a table as a Dagster asset check."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dagster as dg

from glueml_dagster.metadata import records_table

if TYPE_CHECKING:
    import pandas as pd
    import pandera.pandas as pa

__all__ = ["schema_check"]


def schema_check(
    schema: pa.DataFrameSchema | type[pa.DataFrameModel], frame: pd.DataFrame, *, name: str
) -> dg.AssetCheckResult:
    """
    Validate a table lazily and tell which rows break which rule.

    Args:
        schema: What the table promises.
        frame: The table.
        name: Of the check, as in the asset's check specs.

    Returns:
        Passed or not; if not, how many failures, of which kinds, and the first rows of them.
    """
    from glueml_core.violations import find_violations

    found = find_violations(schema, frame)
    if found is None:
        return dg.AssetCheckResult(
            check_name=name, passed=True, metadata={"dagster/row_count": len(frame)}
        )
    return dg.AssetCheckResult(
        check_name=name,
        passed=False,
        severity=dg.AssetCheckSeverity.ERROR,
        description=found.text,
        metadata={
            "failure_count": found.count,
            "failures_by_rule": records_table(found.by_rule),
            "failed_values": records_table(found.values),
            "failed_rows": records_table(found.rows),
        },
    )
