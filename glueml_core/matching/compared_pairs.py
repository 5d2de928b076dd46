"""Candidate pairs and their features, kept for whoever looks at the same table next."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from glueml_core.matching.arrays import Floats

if TYPE_CHECKING:
    from glueml_core.matching.blocking import Effort, RowPairs
    from glueml_core.matching.rows import DistinctRows

__all__ = ["ComparedPairs", "KeepsPairs", "key_of"]


@dataclass(frozen=True)
class ComparedPairs:
    """
    What comparing a table costs most of its time for.

    Args:
        pairs: The candidate pairs of its rows.
        values: Their first-stage features, shape (n_pairs, n_features).
    """

    pairs: RowPairs
    values: Floats


class KeepsPairs(Protocol):
    """Keeps compared pairs, as long as it likes, under a key that says all they rest on."""

    def find(self, key: str) -> ComparedPairs | None:
        """The pairs under that key, None if they are not kept; the caller may change them."""

    def keep(self, key: str, compared: ComparedPairs) -> None:
        """Keep pairs, if there is room."""


def key_of(table: DistinctRows, effort: Effort) -> str:
    """The key of a table's candidate pairs: the same for the same rows, in whatever order."""
    digest = hashlib.sha256(f"{len(table)} {effort}".encode())
    for column in table.columns:
        digest.update(json.dumps([column.name, column.kind, column.values]).encode())
        digest.update(column.codes.tobytes())
    return digest.hexdigest()
