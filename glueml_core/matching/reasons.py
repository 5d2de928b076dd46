"""Why two records match or do not, and what holds a cluster together."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse.csgraph import minimum_spanning_tree

from glueml_core.matching.comparison import compare
from glueml_core.matching.contributions import FeatureContributions
from glueml_core.matching.scoring import Scoring

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pandera.typing import DataFrame

    from glueml_core.matching.arrays import Floats
    from glueml_core.matching.comparison import Comparison
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
        comparison: The table, prepared with the matcher's columns.
        matcher: Whose decisions are explained.
    """

    comparison: Comparison
    matcher: Matcher

    def pair(self, record_id_l: str, record_id_r: str) -> PairExplanation:
        """Why two records match or do not; KeyError if one is not in the table."""
        rows = np.sort(self.comparison.table.rows_of([record_id_l, record_id_r]))
        left, right = rows[:1], rows[1:]
        features = self._scoring.features(left, right)
        weights = FeatureContributions(self.matcher)(features)[0]
        order = np.argsort(-np.abs(weights), kind="stable")[:_MAX_REASONS]
        reasons = (
            Reason(
                column=features.features[i].column,
                feature=features.features[i].name,
                value=_number(features.values[0, i]),
                weight=float(weights[i]),
            )
            for i in order
            if weights[i] != 0
        )
        probability = float(self._scoring.of_features(features, left == right)[0])
        return PairExplanation(record_id_l, record_id_r, probability, tuple(reasons))

    def cluster(self, record_ids: Sequence[str]) -> ClusterExplanation:
        """
        The weakest link of a cluster, and the two sides that it joins.

        Raises:
            KeyError: A record is not in the table.
            ValueError: Fewer than two records are given.
        """
        ids = sorted(record_ids)
        if len(ids) < 2:
            raise ValueError("A cluster of one record has no link.")

        probability = self._all_pairs(ids)
        left, right, is_left_side = _weakest(probability)
        sides = (
            tuple(record for record, here in zip(ids, is_left_side, strict=True) if here),
            tuple(record for record, here in zip(ids, is_left_side, strict=True) if not here),
        )
        return ClusterExplanation(self.pair(ids[left], ids[right]), sides)

    @cached_property
    def _scoring(self) -> Scoring:
        return Scoring(self.matcher, self.comparison)

    def _all_pairs(self, ids: Sequence[str]) -> Floats:
        """Match probability of each pair, shape (n, n)."""
        rows = self.comparison.table.rows_of(ids)
        upper, lower = np.triu_indices(len(ids), 1)
        low, high = np.minimum(rows[upper], rows[lower]), np.maximum(rows[upper], rows[lower])
        square = np.zeros((len(ids), len(ids)))
        square[upper, lower] = square[lower, upper] = self._scoring(low, high)
        return square


def explain_pair(
    records: DataFrame[Records],
    matcher: Matcher,
    record_id_l: str,
    record_id_r: str,
    options: MatchingOptions,
) -> PairExplanation:
    """Why two of these records match or do not; KeyError if one is not there."""
    explainer = Explainer(compare(records, options, matcher.columns), matcher)
    return explainer.pair(record_id_l, record_id_r)


def explain_cluster(
    records: DataFrame[Records],
    matcher: Matcher,
    record_ids: Sequence[str],
    options: MatchingOptions,
) -> ClusterExplanation:
    """What holds some of these records together; errors as those of `Explainer.cluster`."""
    return Explainer(compare(records, options, matcher.columns), matcher).cluster(record_ids)


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
