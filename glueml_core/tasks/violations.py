"""Violations: where a table between two stages breaks its schema, in one message."""

from __future__ import annotations

import pandas as pd
from pandera.errors import SchemaError, SchemaErrors

__all__ = ["violations_text"]

_SHOWN = 10


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
