"""What is common in a table, as tables that a shelf keeps."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa

from glueml_core.matching.background import Background, Counts
from glueml_core.matching.features.telling import WordLore
from glueml_core.matching.index.shelf import Shelf
from glueml_core.matching.initials import Initials
from glueml_core.matching.large.agreement import Agreement
from glueml_core.matching.large.common import Common

__all__ = ["get_common", "put_common"]

_VALUE, _GRAM = "value", "gram"


def put_common(common: Common, shelf: Shelf) -> None:
    """Keep what is common."""
    agreement, background = common.agreement, common.background
    counted = list(_counted(background))
    about = {
        "row_count": agreement.row_count,
        "both": agreement.both.tolist(),
        "initials": sorted(background.initials.words),
        "counted": [
            [kind, column, counts.total, len(counts.known)] for kind, column, counts in counted
        ],
    }
    # Runs of characters are numbers: as text, all things are of one type.
    things = [pa.array(known.index.astype(str), pa.large_string()) for known in _known(counted)]
    count = np.concatenate([known.to_numpy(np.int64) for known in _known(counted)])
    table = pa.table({"thing": pa.chunked_array(things, pa.large_string()), "count": count})
    shelf.put_table("common", table.replace_schema_metadata({"about": json.dumps(about)}))
    words, shared, unshared = common.lore
    lore = {"word": pa.array(words, pa.large_string()), "shared": shared, "unshared": unshared}
    shelf.put_table("lore", pa.table(lore))


def get_common(shelf: Shelf) -> Common:
    """What `put_common` has kept."""
    table = shelf.get_table("common")
    about = json.loads(table.schema.metadata[b"about"])
    both = np.array(about["both"])
    values: dict[str, Counts] = {}
    tokens: dict[tuple[str, str | None], Counts] = {}
    for kind, column, counts in _recounted(table, about["counted"]):
        if kind == _VALUE:
            values[column] = counts
        else:
            tokens[kind, column] = counts
    background = Background(values, tokens, Initials(frozenset(about["initials"])))
    agreement = Agreement(about["row_count"], np.diag(both).copy(), both)
    lore = shelf.get_table("lore")
    told = (lore[name].to_numpy() for name in ("shared", "unshared"))
    return Common(agreement, background, WordLore(_index(lore["word"]), *told))


_Counted: TypeAlias = tuple[str, str | None, Counts]


def _counted(background: Background) -> Iterator[_Counted]:
    for column, counts in background.values.items():
        yield _VALUE, column, counts
    for (kind, of_column), counts in background.tokens.items():
        yield kind, of_column, counts


def _known(counted: Sequence[_Counted]) -> list[pd.Series[int]]:
    return [counts.known for *_, counts in counted]


def _recounted(table: pa.Table, counted: list[list[Any]]) -> Iterator[tuple[str, Any, Counts]]:
    start = 0
    for kind, column, total, size in counted:
        part = table.slice(start, size)
        things = _index(part["thing"])
        if kind == _GRAM:
            things = things.astype(np.int64)
        yield kind, column, Counts(total, pd.Series(part["count"].to_numpy(), things))
        start += size


def _index(texts: pa.ChunkedArray) -> pd.Index:
    return pd.Index(texts.to_numpy(), dtype=object)
