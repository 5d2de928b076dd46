"""Why two records match or do not, and what holds a cluster together."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial.distance import squareform

from glueml_core.matching.comparison import compare
from glueml_core.matching.contributions import FeatureContributions
from glueml_core.matching.scoring import Scoring

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pandera.typing import DataFrame

    from glueml_core.matching.arrays import Floats, Positions
    from glueml_core.matching.features import FeatureTable
    from glueml_core.matching.matcher import Matcher
    from glueml_core.matching.options import MatchingOptions
    from glueml_core.schemas import Records

__all__ = [
    "ClusterExplanation",
    "Explainer",
    "PairExplanation",
    "Reason",
    "explain_cluster",
    "explain_pair",
]

_MAX_REASONS = 8


@dataclass(frozen=True)
class Reason:
    """
    What one feature said about a pair.

    Args:
        column: The column it looked at; None if it looked at whole records or at rivals.
        feature: What it measured.
        value: What it found; None where a value was missing.
        weight: What it added to the log odds of a match; below 0 it speaks against one.
    """

    column: str | None
    feature: str
    value: float | None
    weight: float

    def __str__(self) -> str:
        about = f"{self.column}: {self.feature}" if self.column is not None else self.feature
        found = "is missing" if self.value is None else f"is {self.value:.2f}"
        side = "for" if self.weight > 0 else "against"
        return f"{about} {found}, which speaks {side} a match ({self.weight:+.2f})"


@dataclass(frozen=True)
class PairExplanation:
    """
    A pair's probability and the reasons that weighed most, the weightiest first.

    Args:
        record_id_l, record_id_r: The two records.
        match_probability: In [0, 1].
        reasons: Up to eight.
    """

    record_id_l: str
    record_id_r: str
    match_probability: float
    reasons: tuple[Reason, ...]

    def to_dict(self) -> dict[str, Any]:
        """The same as plain values that JSON can hold."""
        return asdict(self)


@dataclass(frozen=True)
class ClusterExplanation:
    """
    What holds a cluster together where it would break first.

    Args:
        weakest_link: The likeliest pair between the two sides; without it they would part.
        sides: The records on each side of it.
    """

    weakest_link: PairExplanation
    sides: tuple[tuple[str, ...], tuple[str, ...]]

    def to_dict(self) -> dict[str, Any]:
        """The same as plain values that JSON can hold."""
        return asdict(self)


@dataclass(frozen=True)
class Explainer:
    """
    Explains pairs and clusters of one table.

    Args:
        scoring: A matcher at work on it: whose decisions are explained.
    """

    scoring: Scoring

    def pair(self, record_id_l: str, record_id_r: str) -> PairExplanation:
        """Why two records match or do not; KeyError if one is not in the table."""
        return self._pairs([(record_id_l, record_id_r)])[0]

    def cluster(self, record_ids: Sequence[str]) -> ClusterExplanation:
        """
        The weakest link of a cluster, and the two sides that it joins.

        Raises:
            KeyError: A record is not in the table.
            ValueError: Fewer than two records are given.
        """
        return self.clusters([record_ids])[0]

    def clusters(self, clusters: Sequence[Sequence[str]]) -> list[ClusterExplanation]:
        """The same of several clusters, which takes far less time than one after another."""
        if not clusters:
            return []
        members = [sorted(record_ids) for record_ids in clusters]
        if any(len(ids) < 2 for ids in members):
            raise ValueError("A cluster of one record has no link.")

        broken = [_weakest(probability) for probability in self._all_pairs(members)]
        found = list(zip(members, broken, strict=True))
        links = self._pairs([(ids[left], ids[right]) for ids, (left, right, _) in found])
        sides = [_sides(ids, is_left) for ids, (*_, is_left) in found]
        return [ClusterExplanation(*both) for both in zip(links, sides, strict=True)]

    def _rows(self, record_ids: Sequence[str]) -> Positions:
        return self.scoring.comparison.table.rows_of(record_ids)

    def _pairs(self, record_ids: Sequence[tuple[str, str]]) -> list[PairExplanation]:
        rows = self._rows([one for pair in record_ids for one in pair])
        left, right = np.sort(rows.reshape(-1, 2)).T
        features = self.scoring.features(left, right)
        weights = FeatureContributions(self.scoring.matcher)(features)
        probability = self.scoring.of_features(features, left == right)
        return [
            PairExplanation(*pair, float(probability[i]), _reasons(features, weights[i], i))
            for i, pair in enumerate(record_ids)
        ]

    def _all_pairs(self, clusters: Sequence[Sequence[str]]) -> list[Floats]:
        """Match probability of each pair within each cluster, shape (n, n) each."""
        pairs = [np.triu_indices(len(ids), 1) for ids in clusters]
        rows = [self._rows(ids) for ids in clusters]
        ends = [np.sort(own[list(pair)], axis=0) for own, pair in zip(rows, pairs, strict=True)]
        probability = self.scoring(*np.concatenate(ends, axis=1))
        of_cluster = np.split(probability, np.cumsum([len(upper) for upper, _ in pairs])[:-1])
        return [squareform(own.astype(np.float64)) for own in of_cluster]


def explain_pair(
    records: DataFrame[Records],
    matcher: Matcher,
    record_id_l: str,
    record_id_r: str,
    options: MatchingOptions,
) -> PairExplanation:
    """Why two of these records match or do not; KeyError if one is not there."""
    return _explainer(records, matcher, options).pair(record_id_l, record_id_r)


def explain_cluster(
    records: DataFrame[Records],
    matcher: Matcher,
    record_ids: Sequence[str],
    options: MatchingOptions,
) -> ClusterExplanation:
    """What holds some of these records together; errors as those of `Explainer.cluster`."""
    return _explainer(records, matcher, options).cluster(record_ids)


def _explainer(
    records: DataFrame[Records], matcher: Matcher, options: MatchingOptions
) -> Explainer:
    return Explainer(Scoring(matcher, compare(records, options, matcher.columns)))


def _reasons(features: FeatureTable, weights: Floats, pair: int) -> tuple[Reason, ...]:
    """What weighed most with one of some pairs."""
    order = np.argsort(-np.abs(weights), kind="stable")[:_MAX_REASONS]
    return tuple(
        Reason(
            column=features.features[i].column,
            feature=features.features[i].name,
            value=_number(features.values[pair, i]),
            weight=float(weights[i]),
        )
        for i in order
        if weights[i] != 0
    )


def _sides(
    record_ids: Sequence[str], is_left: Sequence[bool]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The records of the one side and of the other."""
    sided = list(zip(record_ids, is_left, strict=True))
    return tuple(one for one, left in sided if left), tuple(one for one, left in sided if not left)


def _weakest(probability: Floats) -> tuple[int, int, list[bool]]:
    """The weakest edge of the maximum spanning tree, and which nodes its first end reaches."""
    # An entry of 0 would be no edge at all.
    distance = np.triu(2 - probability, 1)
    tree = minimum_spanning_tree(distance).toarray()
    left, right = np.unravel_index(int(tree.argmax()), tree.shape)
    tree[left, right] = 0
    joined = (tree > 0) | (tree.T > 0)
    reached = {int(left)}
    waiting = [int(left)]
    while waiting:
        for node in np.flatnonzero(joined[waiting.pop()]).tolist():
            if node not in reached:
                reached.add(node)
                waiting.append(node)
    return int(left), int(right), [node in reached for node in range(len(probability))]


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
