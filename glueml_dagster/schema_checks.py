"""Schema checks: pandera's verdict on a table as a Dagster asset check."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import dagster as dg

from glueml_dagster.metadata import records_table

if TYPE_CHECKING:
    import pandas as pd
    import pandera.pandas as pa

__all__ = ["schema_check"]

SAMPLE_ROWS = 10


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
    failures = _failures(schema, frame)
    if failures is None:
        return dg.AssetCheckResult(
            check_name=name, passed=True, metadata={"dagster/row_count": len(frame)}
        )
    kinds = failures.groupby(["column", "check"], dropna=False, as_index=False).size()
    return dg.AssetCheckResult(
        check_name=name,
        passed=False,
        severity=dg.AssetCheckSeverity.ERROR,
        description=_sentence(failures, kinds),
        metadata={
            "failure_count": len(failures),
            "failures_by_rule": records_table(kinds, SAMPLE_ROWS),
            "failed_values": records_table(_sample(failures), SAMPLE_ROWS),
            "failed_rows": records_table(_rows(frame, failures), SAMPLE_ROWS),
        },
    )


def _failures(
    schema: pa.DataFrameSchema | type[pa.DataFrameModel], frame: pd.DataFrame
) -> pd.DataFrame | None:
    """Pandera's failure cases; None when there are none."""
    from pandera.errors import SchemaErrors

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            schema.validate(frame, lazy=True)
    except SchemaErrors as errors:
        failures: pd.DataFrame = errors.failure_cases
        return failures
    return None


def _sample(failures: pd.DataFrame) -> pd.DataFrame:
    """Some failures of every rule, so that a frequent one does not hide the others."""
    rank = failures.groupby(["column", "check"], dropna=False).cumcount()
    shown = failures.assign(rank=rank).sort_values("rank", kind="stable")
    return shown[["column", "check", "failure_case", "index"]]


def _rows(frame: pd.DataFrame, failures: pd.DataFrame) -> pd.DataFrame:
    labels = failures["index"].dropna().unique()[:SAMPLE_ROWS]
    return frame.loc[frame.index.intersection(list(labels))]


def _sentence(failures: pd.DataFrame, kinds: pd.DataFrame) -> str:
    first = kinds.sort_values("size", ascending=False, kind="stable").iloc[0]
    return (
        f"{len(failures)} values break the schema; most often {first['column']}: {first['check']}."
    )
