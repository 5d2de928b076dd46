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
        min_shared: How near the neighbors that two rows share must be to both, in all.
        pairs_per_row: Neighbors kept for a row on average; those that stand out least go first.
        shared_pairs_per_row: Rows kept for a row on average because they share neighbors with it;
            those that share least go first. None in a table whose neighbors are many already.
        max_block_size: Rows that may share a key.
    """

    sure_neighbors: int
    min_lead: float
    min_shared: float
    pairs_per_row: float
    shared_pairs_per_row: float
    max_block_size: int

    @classmethod
    def of(cls, accuracy_cost_tradeoff: float, row_count: int) -> Effort:
        """The effort for a tradeoff from 0 (least cost) to 1 (most accuracy)."""
        dial = accuracy_cost_tradeoff
        affordable = _MOST_PAIRS / max(row_count, 1)
        most = min(_MOST_PAIRS_PER_ROW, max(_LEAST_PAIRS_PER_ROW, affordable))
        most_shared = min(_MOST_PAIRS_PER_ROW, max(0, affordable - 2 * _LEAST_PAIRS_PER_ROW))
        return cls(
            sure_neighbors=round(3 + 4 * dial),
            min_lead=0.2 * (1 - dial) ** 2,
            min_shared=0.12 * (1 - dial) ** 2,
            pairs_per_row=most * (0.1 + 0.9 * dial),
            shared_pairs_per_row=most_shared * (0.1 + 0.9 * dial),
            max_block_size=round(4 + 8 * dial),
        )
