"""A table as the choice of labeling sets sees it: what may be asked about, and what is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from glueml_core.matching.links import Links
from glueml_core.matching.scoring import Scoring

if TYPE_CHECKING:
    from pandera.typing import DataFrame

    from glueml_core.matching.arrays import Floats, Mask, Positions
    from glueml_core.matching.comparison import Comparison
    from glueml_core.matching.matcher import Matcher
    from glueml_core.matching.options import MatchingOptions
    from glueml_core.schemas import Labels

__all__ = ["LabelingView"]

# Records that say the same are not always the same; a few are shown beside their equals, but not
# so many that they would crowd out those that differ.
_MAX_TWINS_UNTAUGHT, _MAX_TWINS = 10, 200


@dataclass(frozen=True)
class LabelingView:
    """
    Nodes that may be asked about, joined by pairs.

    A node is a distinct row, or a twin: a second record that says the same as a row.

    Args:
        record_of: Record that stands for each node, None if it may not be asked about,
            shape (n_nodes,).
        left, right: Nodes of each pair, shape (n_pairs,).
        likeness: How likely each pair matches, in [0, 1].
        cluster: Cluster of each node, shape (n_nodes,).
    """

    record_of: tuple[str | None, ...]
    left: Positions
    right: Positions
    likeness: Floats
    cluster: Positions

    @classmethod
    def of(
        cls,
        comparison: Comparison,
        labels: DataFrame[Labels],
        matcher: Matcher | None,
        options: MatchingOptions,
    ) -> LabelingView:
        """What is open in a table, seen with a matcher's eyes if there is one."""
        row_count = len(comparison.table)
        pairs = comparison.candidates.near
        open_records = _open_records(comparison, labels)
        first = open_records[~open_records.index.duplicated()].to_dict()
        rows, twins = _twins(open_records, matcher, options.seed)
        nodes = row_count + np.arange(len(rows))
        known = _Known.untaught(comparison, rows)
        if matcher is not None:
            known = _Known.taught(comparison, rows, matcher.asking, options)
        return cls(
            record_of=(*map(first.get, range(row_count)), *twins),
            left=np.concatenate([pairs.left, rows]),
            right=np.concatenate([pairs.right, nodes]),
            likeness=known.likeness.astype(np.float64),
            cluster=np.concatenate(
                [known.cluster, np.where(known.equal, known.cluster[rows], nodes)]
            ),
        )

    @property
    def free(self) -> Mask:
        """Which nodes may be asked about."""
        return np.array([record is not None for record in self.record_of], dtype=bool)

    @property
    def doubt(self) -> Floats:
        """Chance that each pair is wrongly together, or wrongly apart, in the clusters."""
        together = self.cluster[self.left] == self.cluster[self.right]
        return np.where(together, 1 - self.likeness, self.likeness)

    @property
    def question(self) -> Positions:
        """Number of what each pair asks, which is whether its two clusters are one."""
        one, other = self.cluster[self.left], self.cluster[self.right]
        both = np.minimum(one, other) * len(self.cluster) + np.maximum(one, other)
        return np.unique(both, return_inverse=True)[1]


@dataclass(frozen=True)
class _Known:
    """Likeness of near candidates and then of twins; clusters of rows; whether twins match."""

    likeness: Floats
    cluster: Positions
    equal: Mask

    @classmethod
    def untaught(cls, comparison: Comparison, twinned: Positions) -> _Known:
        near = comparison.candidates.is_near
        likeness = np.concatenate([comparison.unsupervised[near], np.ones(len(twinned))])
        return cls(likeness, np.arange(len(comparison.table)), np.zeros(len(twinned), dtype=bool))

    @classmethod
    def taught(
        cls, comparison: Comparison, twinned: Positions, matcher: Matcher, options: MatchingOptions
    ) -> _Known:
        pairs, scoring = comparison.candidates, Scoring(matcher, comparison)
        threshold = matcher.threshold(options.precision_recall_tradeoff)
        links = Links.none(len(comparison.table))
        clusters = scoring.clusters(scoring.candidates, threshold, links)
        equal = scoring(twinned, twinned)
        likeness = np.concatenate([scoring.candidates[pairs.is_near], equal])
        return cls(likeness, clusters.cluster, equal >= threshold)


def _open_records(comparison: Comparison, labels: DataFrame[Labels]) -> pd.Series[str]:
    """Records that may be asked about, by their row; every record again once all are labeled."""
    table = comparison.table
    record_of = pd.Series(table.record_ids, index=table.row_of).sort_values(kind="stable")
    labeled = record_of.isin(labels["record_id"])
    # Whoever labeled a record has also judged those that say the same.
    judged = record_of.index.isin(record_of.index[labeled])
    return record_of if judged.all() else record_of[~judged]


def _twins(
    open_records: pd.Series[str], matcher: Matcher | None, seed: int
) -> tuple[Positions, list[str]]:
    """Some rows with several open records, and the second record of each."""
    second = open_records[open_records.groupby(level=0).cumcount() == 1].sort_index()
    most = _MAX_TWINS_UNTAUGHT if matcher is None else _MAX_TWINS
    if len(second) > most:
        chance = np.random.default_rng(seed)
        second = second.iloc[np.sort(chance.choice(len(second), most, replace=False))]
    return second.index.to_numpy(np.int64), second.tolist()
