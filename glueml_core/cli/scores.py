"""Matches in figures, where the truth is known, and a few clusters to look at."""

from __future__ import annotations

import pandas as pd
from rich.table import Table

__all__ = ["clusters_table", "score_table"]


def score_table(match_id: pd.Series[str], entity: pd.Series[str]) -> Table:
    """Pairwise precision, recall and F1 of clusters against true entities."""
    correct = _pairs(pd.DataFrame({"match_id": match_id, "entity": entity}))
    found, true = _pairs(match_id.to_frame()), _pairs(entity.to_frame())
    table = Table("pairs found", "true pairs", "precision", "recall", "F1", box=None)
    shares = (correct / found, correct / true, 2 * correct / (found + true))
    table.add_row(f"{found:,}", f"{true:,}", *(f"{share:.4f}" for share in shares))
    return table


def _pairs(keys: pd.DataFrame) -> int:
    """How many pairs of rows agree in all of `keys`."""
    size = keys.groupby(list(keys)).size()
    return int((size * (size - 1) // 2).sum())


def clusters_table(matches: pd.DataFrame, clusters: int = 3, columns: int = 7) -> Table:
    """The first clusters of three records or more, in their first columns."""
    size = matches.groupby("match_id")["match_id"].transform("size")
    chosen = matches.loc[size >= 3, "match_id"].drop_duplicates().head(clusters)
    shown = ["match_id", *[str(name) for name in matches if name != "match_id"][:columns]]
    table = Table(*shown, box=None)
    for _, cluster in matches[matches["match_id"].isin(chosen)].groupby("match_id", sort=False):
        for row in cluster[shown].itertuples(index=False):
            table.add_row(*map(str, row))
        table.add_row()
    return table
