"""The tables in which the stages of matching meet."""

from __future__ import annotations

from typing import ClassVar

import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series

__all__ = [
    "CandidatePairs",
    "LabelFile",
    "LabelingSets",
    "Labels",
    "Matches",
    "Records",
    "ScoredPairs",
]


class Records(pa.DataFrameModel):
    """Records by their primary key, with the other columns of the transform as they came."""

    record_id: Series[str] = pa.Field(unique=True)

    class Config:
        """Other columns are the user's own."""

        strict = False


class Labels(pa.DataFrameModel):
    """What people said: within one labeling set, the same label means the same entity."""

    labeling_set_id: Series[str]
    record_id: Series[str]
    label: Series[str] = pa.Field(str_matches=r"\S")

    class Config:
        """Nothing else reaches training."""

        strict = True
        unique: ClassVar = ["labeling_set_id", "record_id"]


class CandidatePairs(pa.DataFrameModel):
    """Pairs of records worth scoring: each pair once, its lower id on the left."""

    record_id_l: Series[str]
    record_id_r: Series[str]

    class Config:
        """A pair appears once."""

        strict = True
        unique: ClassVar = ["record_id_l", "record_id_r"]

    @pa.dataframe_check
    @classmethod
    def lower_id_is_on_the_left(cls, pairs: pd.DataFrame) -> pd.Series[bool]:
        """A pair has one spelling."""
        return pairs["record_id_l"] < pairs["record_id_r"]


class ScoredPairs(CandidatePairs):
    """Candidate pairs with the probability that they are one entity."""

    match_probability: Series[float] = pa.Field(ge=0, le=1)


class Matches(pa.DataFrameModel):
    """Which records are one entity, and how well their cluster holds together."""

    record_id: Series[str] = pa.Field(unique=True)
    match_id: Series[int]
    match_confidence_score: Series[float] = pa.Field(ge=0, le=1)

    class Config:
        """One row for each record."""

        strict = True

    @pa.dataframe_check
    @classmethod
    def a_cluster_has_one_confidence(cls, matches: pd.DataFrame) -> bool:
        """The score judges the cluster, not the record."""
        scores = matches[["match_id", "match_confidence_score"]].drop_duplicates()
        return bool(scores["match_id"].is_unique)


class LabelingSets(pa.DataFrameModel):
    """Groups of similar records for people to label."""

    labeling_set_id: Series[str]
    record_id: Series[str]

    class Config:
        """A record appears once in a labeling set."""

        strict = True
        unique: ClassVar = ["labeling_set_id", "record_id"]


class LabelFile(pa.DataFrameModel):
    """
    The labeled rows of one label file, in its order.

    `row` holds the source's columns as the file has them, a mapping from name to text.
    """

    labeling_set_id: Series[str] = pa.Field(str_matches=r"\S")
    record_id: Series[str] = pa.Field(str_matches=r"\S")
    label: Series[str] = pa.Field(str_matches=r"\S")
    row: Series[object]

    class Config:
        """A record has one label in a labeling set."""

        strict = True
        unique: ClassVar = ["labeling_set_id", "record_id"]
