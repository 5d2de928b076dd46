"""Files of labeling sets, as they were generated: what a person is about to label."""

from __future__ import annotations

import io
from collections import defaultdict

from glueml_core.tables.csv_files import read_rows
from glueml_core.tables.formats import TableFormat

__all__ = ["read_labeling_sets"]

_OWN_COLUMNS = 2


def read_labeling_sets(content: bytes) -> dict[str, list[dict[str, str]]]:
    """The rows of each labeling set by its id, with the source's columns in their order."""
    rows = read_rows(io.StringIO(content.decode("utf-8-sig"), newline=""), TableFormat("csv"))
    _, header = next(rows, (1, []))
    sets: dict[str, list[dict[str, str]]] = defaultdict(list)
    for _, row in rows:
        sets[row[0]].append(dict(zip(header[_OWN_COLUMNS:], row[_OWN_COLUMNS:], strict=True)))
    return dict(sets)
