"""What a caller may choose about matching."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from glueml_core.matching.compared_pairs import KeepsPairs
from glueml_core.matching.extensions import Extensions

__all__ = ["MatchingOptions", "Progress", "silent"]

Progress: TypeAlias = Callable[[float, str], None]
"""Told the share done, in [0, 1], and what is being done now."""


def silent(share_done: float, doing: str) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True)
class MatchingOptions:
    """
    The choices of a transform that matching honors.

    Args:
        precision_recall_tradeoff: 0 prefers recall, 1 precision. Raising it never adds a match.
        accuracy_cost_tradeoff: 0 saves effort, 1 spends it. It moves blocking only, and raising it
            never removes a candidate pair.
        enforce_provided_labels: Whether labels hold in the output whatever the model says.
        seed: Makes training repeatable.
        extensions: Blocking and features that the user brought.
        whole_table_rows: See `takes_whole`.
        sampled_records: Of a large table, records that the matcher itself compares to teach the
            quicker model that compares the rest.
        memory_limit_mib: What matching a large table may take.
        kept_pairs: Keeps what was compared of a table that is not large; None keeps nothing.

    Raises:
        ValueError: A tradeoff lies outside [0, 1].
    """

    precision_recall_tradeoff: float = 0.5
    accuracy_cost_tradeoff: float = 0.5
    enforce_provided_labels: bool = False
    seed: int = 0
    extensions: Extensions = field(default_factory=Extensions)
    whole_table_rows: int = 70_000
    sampled_records: int = 10_000
    memory_limit_mib: int = 6_144
    kept_pairs: KeepsPairs | None = None

    def __post_init__(self) -> None:
        for name in ("precision_recall_tradeoff", "accuracy_cost_tradeoff"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must lie between 0 and 1.")

    def takes_whole(self, count: int) -> bool:
        """
        Whether a table of `count` records is compared as a whole.

        A larger one is matched part by part: candidates come from joins alone, and how common
        things are is judged by a sample.
        """
        return count <= self.whole_table_rows
