"""Clusters as a run found them, the one with the weakest link first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from glueml_core.settings import Settings
from glueml_core.tables.cells import cell_text
from glueml_core.tables.formats import TableFormat
from glueml_core.tables.locations import locate
from glueml_core.tables.readers import file_system_of, read_file

__all__ = ["Cluster", "Clusters", "read_clusters"]

# Who has looked at that many has better things to do: label, and match again.
MOST = 1000
_RUNS_IN_MEMORY = 2


@dataclass(frozen=True)
class Cluster:
    """Records that were matched; `confidence` is that of their weakest link, in [0, 1]."""

    match_id: int
    confidence: float
    rows: Sequence[Mapping[str, str]]


@dataclass(frozen=True)
class Clusters:
    """The clusters of two records and more: how many there are, and the weakest of them."""

    count: int
    record_count: int
    weakest: Sequence[Cluster]

    def get(self, match_id: int) -> Cluster | None:
        """The cluster of that id, if it is one of the weakest."""
        return next((one for one in self.weakest if one.match_id == match_id), None)


@lru_cache(maxsize=_RUNS_IN_MEMORY)
def read_clusters(uri: str, columns: tuple[str, ...], settings: Settings) -> Clusters:
    """
    The clusters in a Parquet file that FIND_MATCHES wrote with confidence scores.

    Raises:
        InvalidInputException: The file is gone, or is none.
    """
    location = locate(uri, settings)
    file_format = TableFormat("parquet")
    wanted = [*columns, "match_id", "match_confidence_score"]
    table = read_file(location, file_system_of(location), file_format, wanted)

    sizes = table.group_by("match_id").aggregate(
        [("match_id", "count"), ("match_confidence_score", "min")]
    )
    several = sizes.filter(pc.greater(sizes["match_id_count"], 1))
    order = [("match_confidence_score_min", "ascending"), ("match_id", "ascending")]
    weakest = several.sort_by(order).slice(0, MOST)
    return Clusters(several.num_rows, table.num_rows, _with_rows(weakest, table, columns))


def _with_rows(found: pa.Table, table: pa.Table, columns: Sequence[str]) -> list[Cluster]:
    members = table.filter(pc.is_in(table["match_id"], found["match_id"].combine_chunks()))
    rows: dict[int, list[Mapping[str, str]]] = {}
    for record in members.to_pylist():
        cells = {name: cell_text(record[name]) for name in columns}
        rows.setdefault(record["match_id"], []).append(cells)
    return [
        Cluster(one["match_id"], one["match_confidence_score_min"], rows[one["match_id"]])
        for one in found.to_pylist()
    ]
