"""Contradictions: pairs that one labeling set calls a match and another does not."""

from __future__ import annotations

import pandas as pd

__all__ = ["contradicted_pairs"]

_PAIR = ["record_id_l", "record_id_r"]


def contradicted_pairs(labels: pd.DataFrame) -> pd.DataFrame:
    """
    The pairs of records on which labeling sets disagree.

    Args:
        labels: `labeling_set_id`, `record_id` and `label`, as in `Labels`.

    Returns:
        Each pair once: `record_id_l` < `record_id_r`, and a labeling set that says so in
        `match_in` and in `no_match_in`.
    """
    # A pair can only be judged twice if both its records are; most are labeled once.
    shared = labels[labels["record_id"].duplicated(keep=False)]
    pairs = shared.merge(shared, on="labeling_set_id", suffixes=("_l", "_r"))
    pairs = pairs[pairs["record_id_l"] < pairs["record_id_r"]]
    is_match = pairs["label_l"] == pairs["label_r"]

    said = pairs[[*_PAIR, "labeling_set_id"]]
    matches = said[is_match].rename(columns={"labeling_set_id": "match_in"})
    differences = said[~is_match].rename(columns={"labeling_set_id": "no_match_in"})
    disputed = matches.drop_duplicates(_PAIR).merge(differences.drop_duplicates(_PAIR), on=_PAIR)
    return disputed.sort_values(_PAIR, ignore_index=True)
