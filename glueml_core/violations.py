"""Violations: where a table breaks its schema, as text or as tables to look at."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaError, SchemaErrors

__all__ = ["Violations", "find_violations", "violations_text"]

_SHOWN = 10


@dataclass(frozen=True)
class Violations:
    """
    How a table breaks its schema.

    Args:
        count: Values that break a rule, in all.
        by_rule: How many (`size`) for each `column` and `check`, the most frequent first.
        values: `column`, `check`, `failure_case` and `index` of ten, some of every rule.
        rows: Ten of the table's rows that they are in.
    """

    count: int
    by_rule: pd.DataFrame
    values: pd.DataFrame
    rows: pd.DataFrame

    @property
    def text(self) -> str:
        """One sentence that names the most frequent."""
        first = self.by_rule.iloc[0]
        return (
            f"{self.count} values break the schema; most often {first['column']}: {first['check']}."
        )


def find_violations(
    schema: pa.DataFrameSchema | type[pa.DataFrameModel], table: pd.DataFrame
) -> Violations | None:
    """Validate a table lazily, so that one bad row hides no other; None: it keeps all promises."""
    try:
        with warnings.catch_warnings():
            # Pandera's own use of pandas, on every failure.
            warnings.simplefilter("ignore", FutureWarning)
            schema.validate(table, lazy=True)
    except SchemaErrors as errors:
        return _violations(errors.failure_cases, table)
    return None


def violations_text(error: SchemaError | SchemaErrors) -> str:
    """Of each of the first ten violations its column, row (from 0) and rule."""
    cases = error.failure_cases
    if not isinstance(cases, pd.DataFrame) or "index" not in cases or cases["index"].isna().all():
        return f"A table breaks its schema: {error}"

    column, rule = None, None
    if isinstance(error, SchemaError):
        # Only where all violations are gathered does each of them bring these along.
        column, rule = error.column_name, getattr(error.check, "error", error.check)
    told = [
        f"column {case.get('column') or column}, row {case['index']}: "
        f"{case.get('check') or rule} does not hold for {case['failure_case']!r}"
        for case in cases.head(_SHOWN).to_dict("records")
    ]
    more = [f"and {len(cases) - _SHOWN} more"] if len(cases) > _SHOWN else []
    return "A table breaks its schema: " + "; ".join([*told, *more])


def _violations(cases: pd.DataFrame, table: pd.DataFrame) -> Violations:
    rules = cases.groupby(["column", "check"], dropna=False)
    by_rule = rules.size().reset_index(name="size")
    # The first of every rule before the second of any.
    values = cases.assign(rank=rules.cumcount()).sort_values("rank", kind="stable").head(_SHOWN)
    places = cases["index"].dropna().unique()[:_SHOWN]
    return Violations(
        count=len(cases),
        by_rule=by_rule.sort_values("size", ascending=False, kind="stable"),
        values=values[["column", "check", "failure_case", "index"]],
        rows=table.loc[table.index.intersection(list(places))],
    )
