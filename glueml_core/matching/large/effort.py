"""How much work joining a large table may do: the accuracy/cost dial in numbers."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["JoinEffort"]


@dataclass(frozen=True)
class JoinEffort:
    """
    Limits of joins. More effort keeps every pair that less effort kept.

    Args:
        max_block_size: Rows that may share a key.
        evidence_margin: How much more a pair must tell than any row shares with some other by
            chance, in nats.
    """

    max_block_size: int
    evidence_margin: float

    @classmethod
    def of(cls, accuracy_cost_tradeoff: float) -> JoinEffort:
        """The effort for a tradeoff from 0 (least cost) to 1 (most accuracy)."""
        dial = accuracy_cost_tradeoff
        return cls(max_block_size=round(4 + 52 * dial), evidence_margin=2 - 2 * dial)
