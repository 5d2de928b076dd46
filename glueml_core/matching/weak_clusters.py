"""The clusters to look at first: those that hold together worst, and why they do at all."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from glueml_core.matching.reasons import ClusterExplanation, Explainer

if TYPE_CHECKING:
    from pandera.typing import DataFrame

    from glueml_core.matching.scoring import Scoring
    from glueml_core.schemas import Matches

__all__ = ["WeakCluster", "weak_clusters"]

# Of a cluster with more records these many are explained: their pairs grow with the square.
_MOST_RECORDS = 60


@dataclass(frozen=True)
class WeakCluster:
    """A cluster by its `match_id`, and what holds it together where it would break first."""

    match_id: int
    explanation: ClusterExplanation

    def to_dict(self) -> dict[str, Any]:
        """The same as plain values that JSON can hold."""
        return asdict(self)


def weak_clusters(
    matches: DataFrame[Matches], scoring: Scoring, most: int = 200
) -> list[WeakCluster]:
    """
    Of the clusters of two records and more, those of the least confidence.

    Args:
        matches: What was found.
        scoring: What it was found with.
        most: How many clusters to explain; each costs a look at its pairs.

    Returns:
        The one with the weakest link first.
    """
    sizes = matches.groupby("match_id")["record_id"].transform("size")
    several = matches[sizes > 1].sort_values(["match_confidence_score", "match_id"])
    members: dict[int, list[str]] = {}
    for match_id, record_id in several[["match_id", "record_id"]].itertuples(index=False):
        if match_id in members or len(members) < most:
            members.setdefault(match_id, []).append(record_id)

    explained = Explainer(scoring).clusters([ids[:_MOST_RECORDS] for ids in members.values()])
    weak = [WeakCluster(*each) for each in zip(members, explained, strict=True)]
    return sorted(weak, key=lambda one: one.explanation.weakest_link.match_probability)
