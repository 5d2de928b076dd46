"""Contradictions: pairs that one labeling set calls a match and another does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["contradictions"]


def contradictions(labels: pd.DataFrame, primary_key: str) -> pd.DataFrame:
    """
    The pairs on which labeling sets disagree.

    Args:
        labels: A label file's rows: `labeling_set_id`, `label` and the primary key.
        primary_key: Which column identifies a record.

    Returns:
        One row a pair: `record`, `other_record`, `match_in` and `no_match_in`, each a labeling
        set that says so.
    """
    rows = labels[["labeling_set_id", "label", primary_key]]
    pairs = rows.merge(rows, on="labeling_set_id", suffixes=("", "_other"))
    other = f"{primary_key}_other"
    pairs = pairs[pairs[primary_key] < pairs[other]]
    same = pairs["label"] == pairs["label_other"]

    key = [primary_key, other]
    said = ["labeling_set_id", *key]
    disputed = pairs.loc[same, said].merge(
        pairs.loc[~same, said], on=key, suffixes=("_match", "_no_match")
    )
    names = {
        primary_key: "record",
        other: "other_record",
        "labeling_set_id_match": "match_in",
        "labeling_set_id_no_match": "no_match_in",
    }
    return disputed.drop_duplicates(key)[list(names)].rename(columns=names)
