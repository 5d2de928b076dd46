"""User tables: what the tables that go into and come out of a transform promise."""

from __future__ import annotations

from collections.abc import Sequence

import pandera.pandas as pa

__all__ = ["label_table", "matched_table", "source_table"]

_NOT_BLANK = pa.Check(
    lambda values: values.astype(str).str.strip() != "", name="is_not_blank", error="is_not_blank"
)


def source_table(columns: Sequence[str], primary_key: str) -> pa.DataFrameSchema:
    """Records to match: every column there, the primary key unique and never null or blank."""
    key = pa.Column(unique=True, nullable=False, checks=_NOT_BLANK)
    return pa.DataFrameSchema({primary_key: key, **_others(columns, primary_key)})


def label_table(columns: Sequence[str], primary_key: str, *, labeled: bool) -> pa.DataFrameSchema:
    """
    Labeling sets as people get them, or, if `labeled`, as they hand them back.

    A record is once in a set, and every column of the source is there.
    """
    label = pa.Column(nullable=False, checks=_NOT_BLANK) if labeled else pa.Column(nullable=True)
    given = pa.Column(nullable=False, checks=_NOT_BLANK)
    return pa.DataFrameSchema(
        {
            "labeling_set_id": given,
            "label": label,
            primary_key: given,
            **_others(columns, primary_key),
        },
        unique=["labeling_set_id", primary_key],
    )


def matched_table(columns: Sequence[str], primary_key: str) -> pa.DataFrameSchema:
    """Matched records: each once, with the id of its cluster and, if asked for, its confidence."""
    return pa.DataFrameSchema(
        {
            primary_key: pa.Column(unique=True, nullable=False),
            **_others(columns, primary_key),
            "match_id": pa.Column("int64", coerce=True, nullable=False, checks=pa.Check.ge(0)),
            "match_confidence_score": pa.Column(
                float, coerce=True, nullable=False, required=False, checks=pa.Check.in_range(0, 1)
            ),
        }
    )


def _others(columns: Sequence[str], primary_key: str) -> dict[str, pa.Column]:
    """The user's other columns, of which nothing is asked but that they are there."""
    return {name: pa.Column(nullable=True) for name in columns if name != primary_key}
