"""How much work blocking may do: the accuracy/cost dial in numbers."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Effort"]

# Candidates a row may have on average, at full effort, in a small table and in a large one.
_MOST_PAIRS_PER_ROW, _LEAST_PAIRS_PER_ROW = 120, 24
_MOST_PAIRS = 1_600_000


@dataclass(frozen=True)
class Effort:
    """
    Limits of blocking. More effort keeps every pair that less effort kept.

    Args:
        sure_neighbors: Neighbors that each row keeps in any case.
        min_lead: How far a neighbor must stand out of the row's background to be kept as well, as
            a share of the way from the background to its nearest neighbor.
        pairs_per_row: Neighbors kept for a row on average; those that stand out least go first.
        max_block_size: Rows that may share a key.
    """

    sure_neighbors: int
    min_lead: float
    pairs_per_row: float
    max_block_size: int

    @classmethod
    def of(cls, accuracy_cost_tradeoff: float, row_count: int) -> Effort:
        """The effort for a tradeoff from 0 (least cost) to 1 (most accuracy)."""
        dial = accuracy_cost_tradeoff
        most = min(_MOST_PAIRS_PER_ROW, max(_LEAST_PAIRS_PER_ROW, _MOST_PAIRS / max(row_count, 1)))
        return cls(
            sure_neighbors=round(3 + 4 * dial),
            min_lead=0.2 * (1 - dial) ** 2,
            pairs_per_row=most * (0.1 + 0.9 * dial),
            max_block_size=round(4 + 8 * dial),
        )
