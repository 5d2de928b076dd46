"""The CRM's tables, as they would come from it every night."""

import os
import shutil
from pathlib import Path

import dagster as dg

DATA = Path(__file__).parents[2] / "data"


@dg.asset(group_name="crm", kinds={"csv"})
def customers() -> dg.MaterializeResult:
    """Everybody who was in the CRM last night."""
    return export("customers")


@dg.asset(group_name="crm", kinds={"csv"})
def new_customers() -> dg.MaterializeResult:
    """Who came today."""
    return export("new_customers")


def export(table: str) -> dg.MaterializeResult:
    """Stands in for a query to the CRM."""
    folder = Path(os.environ["GLUEML_FOLDER"]) / table
    folder.mkdir(parents=True, exist_ok=True)
    path = shutil.copy(DATA / f"{table}.csv", folder)
    return dg.MaterializeResult(metadata={"path": dg.MetadataValue.path(path)})
