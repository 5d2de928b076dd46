"""Clusters as a run found them, the one with the weakest link first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from glueml_core.settings import Settings
from glueml_core.tables.cells import cell_text
from glueml_core.tables.formats import TableFormat
from glueml_core.tables.locations import locate
from glueml_core.tables.readers import file_system_of, read_file
from glueml_core.tasks.folder import RunFolder

__all__ = ["Cluster", "read_clusters"]

_RUNS_IN_MEMORY = 2


@dataclass(frozen=True)
class Cluster:
    """
    Records that were matched.

    Args:
        match_id: Of the cluster.
        rows: The records, with the transform's columns in their order.
        link: The weakest link, as `glueml_core.matching.reasons.PairExplanation` gives it.
    """

    match_id: int
    rows: Sequence[Mapping[str, str]]
    link: Mapping[str, Any]


@lru_cache(maxsize=_RUNS_IN_MEMORY)
def read_clusters(
    uri: str, weak_clusters: Path, columns: tuple[str, ...], settings: Settings
) -> list[Cluster]:
    """
    The clusters that a run told of, the weakest first.

    Args:
        uri: The Parquet file that the run wrote.
        weak_clusters: The file that it left in its folder.
        columns: The transform's columns.
        settings: The store's.

    Raises:
        InvalidInputException: The Parquet file is gone, or is none.
    """
    told = RunFolder.read_json(weak_clusters) or []
    rows = _rows(uri, [one["match_id"] for one in told], columns, settings)
    return [
        Cluster(one["match_id"], rows[one["match_id"]], one["explanation"]["weakest_link"])
        for one in told
    ]


def _rows(
    uri: str, match_ids: Sequence[int], columns: tuple[str, ...], settings: Settings
) -> dict[int, list[Mapping[str, str]]]:
    location = locate(uri, settings)
    wanted = [*columns, "match_id"]
    table = read_file(location, file_system_of(location), TableFormat("parquet"), wanted)
    rows: dict[int, list[Mapping[str, str]]] = {match_id: [] for match_id in match_ids}
    chosen = pc.is_in(table["match_id"], pa.array(match_ids, pa.int64()))
    for record in table.filter(chosen).to_pylist():
        cells = {name: cell_text(record[name]) for name in columns}
        rows[record["match_id"]].append(cells)
    return rows
