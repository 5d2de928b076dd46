"""How much work blocking may do: the accuracy/cost dial in numbers."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Effort"]


@dataclass(frozen=True)
class Effort:
    """
    Limits of blocking. More effort keeps every pair that less effort kept.

    Args:
        sure_neighbors: Neighbors that each row keeps in any case.
        min_lead: How far a neighbor must rise above the row's background to be kept as well, as a
            share of the way from the background to the row's second neighbor.
        max_block_size: Rows that may share a key.
    """

    sure_neighbors: int
    min_lead: float
    max_block_size: int

    @classmethod
    def of(cls, accuracy_cost_tradeoff: float) -> Effort:
        """The effort for a tradeoff from 0 (least cost) to 1 (most accuracy)."""
        dial = accuracy_cost_tradeoff
        return cls(
            sure_neighbors=round(2 + 12 * dial),
            min_lead=0.5 * (1 - dial) ** 1.5,
            max_block_size=round(4 + 52 * dial),
        )
