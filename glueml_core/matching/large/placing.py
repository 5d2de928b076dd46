"""Placing new records among the existing clusters that they are near to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd

from glueml_core.matching.arrays import Floats, Positions
from glueml_core.matching.large.candidates import Candidates
from glueml_core.matching.large.groups import LINKED, group_rows
from glueml_core.matching.large.label_pairs import with_links
from glueml_core.matching.large.part import PartMatcher
from glueml_core.matching.large.parts import Parts

if TYPE_CHECKING:
    from pandera.typing import DataFrame

    from glueml_core.matching.options import Progress
    from glueml_core.matching.rows import HasRows
    from glueml_core.schemas import Matches, Records

__all__ = ["Neighborhood", "place"]

_PAIRS_AT_ONCE = 60_000


@dataclass(frozen=True)
class Neighborhood:
    """
    New records, and at least those existing ones that they may come to lie beside.

    Args:
        records: Existing records, all of each cluster; new ones below them.
        match_ids: Cluster of each existing record, shape (n_existing,).
        rows: Rows of the records; no new record shares one with an existing one.
        pairs: Candidate pairs of the new rows.
        fresh_id: The lowest `match_id` that lies above all that exist.
    """

    records: DataFrame[Records]
    match_ids: Positions
    rows: HasRows
    pairs: Candidates
    fresh_id: int

    @property
    def new_count(self) -> int:
        """How many of the records are new."""
        return len(self.records) - len(self.match_ids)

    @property
    def known(self) -> Positions:
        """Number of each record's existing cluster, from 0, -1 if it has none."""
        numbers = pd.factorize(self.match_ids)[0]
        return np.concatenate([numbers, np.full(self.new_count, -1)]).astype(np.int64)


def place(near: Neighborhood, match: PartMatcher, progress: Progress) -> DataFrame[Matches]:
    """
    Let new records join clusters, or open their own; one row a record, in their order.

    A cluster that no new record comes near is not judged again: its confidence is 1.
    """
    known, rows = near.known, near.rows
    is_new = np.zeros(len(rows), dtype=bool)
    is_new[rows.row_of[known < 0]] = True
    pairs = _with_clusters(near.pairs, rows, known)
    pairs = with_links(pairs, rows, near.records, match.labels)
    group, stay = group_rows(pairs, len(rows), 0)
    wanted = np.zeros(int(group.max(initial=-1)) + 1, dtype=bool)
    wanted[group[is_new]] = True
    parts = Parts.of(rows, pairs.take(stay), group, wanted, _PAIRS_AT_ONCE)
    return _matches(near, *_placed(near.records, known, match, parts, progress))


def _with_clusters(pairs: Candidates, rows: HasRows, known: Positions) -> Candidates:
    """The pairs, and a chain through each existing cluster that they touch."""
    cluster = np.full(len(rows), -1, dtype=np.int64)
    cluster[rows.row_of] = known
    touched = np.unique(cluster[np.concatenate([pairs.left, pairs.right])])
    chain = np.flatnonzero(np.isin(cluster, touched[touched >= 0]))
    chain = chain[np.argsort(cluster[chain], kind="stable")]
    chained = np.flatnonzero(np.diff(cluster[chain]) == 0)
    one, other = chain[chained], chain[chained + 1]
    return Candidates(
        np.concatenate([pairs.left, np.minimum(one, other)]),
        np.concatenate([pairs.right, np.maximum(one, other)]),
        np.concatenate([pairs.evidence, np.full(len(one), LINKED, dtype=np.int32)]),
    )


def _placed(
    records: DataFrame[Records],
    known: Positions,
    match: PartMatcher,
    parts: Parts,
    progress: Progress,
) -> tuple[Positions, Positions, Floats]:
    """For each record its existing cluster, else -1; its first fellow; and the confidence."""
    joined, first = known.copy(), np.arange(len(records))
    confidence = np.ones(len(records), dtype=np.float32)
    done = 0
    for part in parts:
        doing = f"Comparing {parts.pair_count:,} pairs"
        progress(0.4 + 0.6 * done / max(parts.pair_count, 1), doing)
        found, confidence[part.records] = match(
            records.iloc[part.records], part.left, part.right, known[part.records]
        )
        groups = pd.DataFrame({"known": known[part.records], "at": part.records}).groupby(found)
        joined[part.records] = groups["known"].transform("max")
        first[part.records] = groups["at"].transform("min")
        done += part.pair_count
    return joined, first, confidence


def _matches(
    near: Neighborhood, joined: Positions, first: Positions, confidence: Floats
) -> DataFrame[Matches]:
    """Existing ids where a cluster has one, else the first new record's number above them all."""
    match_ids = near.match_ids
    _, first_of_known = np.unique(joined[: len(match_ids)], return_index=True)
    fresh = near.fresh_id + first - len(match_ids)
    known_id = match_ids[first_of_known] if len(match_ids) else np.zeros(1, dtype=np.int64)
    # As when a whole table is matched, the ids and the scores are such as the schema wants them.
    return cast(
        "DataFrame[Matches]",
        pd.DataFrame(
            {
                "record_id": near.records["record_id"],
                "match_id": np.where(joined >= 0, known_id[joined], fresh).astype(np.int64),
                "match_confidence_score": np.clip(confidence.astype(np.float64), 0, 1),
            }
        ),
    )
