"""Record checks: whether a table of records can be matched at all."""

from __future__ import annotations

from typing import Any

import dagster as dg

from glueml_dagster.assets.stage_run import StageRun
from glueml_dagster.records import read_records, settings_of
from glueml_dagster.schema_checks import schema_check

__all__ = ["check_records"]


def check_records(run: StageRun, table: dict[str, Any], name: str) -> dg.AssetCheckResult:
    """Whether a table of the catalog has a sound primary key, and which of its rows have not."""
    from glueml_core.user_tables import source_table

    records = read_records(table, settings_of(run.glueml))
    schema = source_table(list(records.columns), run.transform.primary_key)
    return schema_check(schema, records, name=name)
