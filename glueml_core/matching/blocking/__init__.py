"""Which pairs of rows are worth comparing."""

from __future__ import annotations

from glueml_core.matching.blocking.effort import Effort
from glueml_core.matching.blocking.pairs import RowPairs, row_pairs

__all__ = ["Effort", "RowPairs", "row_pairs"]
