"""Table schemas: what the tables that go in and come out of a transform promise."""

from __future__ import annotations

from collections.abc import Sequence

import pandera.pandas as pa

__all__ = ["matches_schema", "source_schema"]


def source_schema(columns: Sequence[str], primary_key: str) -> pa.DataFrameSchema:
    """A source's records: every column there, the primary key unique and never null or blank."""
    not_blank = pa.Check(
        lambda key: key.astype(str).str.strip() != "", name="is_not_blank", error="is_not_blank"
    )
    others = {name: pa.Column(nullable=True) for name in columns if name != primary_key}
    key = pa.Column(unique=True, nullable=False, checks=not_blank)
    return pa.DataFrameSchema({primary_key: key, **others})


def matches_schema(primary_key: str) -> pa.DataFrameSchema:
    """Matched records: each once, with the id of its cluster and, if asked for, its confidence."""
    return pa.DataFrameSchema(
        {
            primary_key: pa.Column(unique=True, nullable=False),
            "match_id": pa.Column("int64", coerce=True, nullable=False, checks=pa.Check.ge(0)),
            "match_confidence_score": pa.Column(
                float, coerce=True, nullable=False, required=False, checks=pa.Check.in_range(0, 1)
            ),
        }
    )
