"""An index of a matched table: what placing new records looks up, so that it need not read all."""

from __future__ import annotations

from glueml_core.matching.index.matched import MatchedIndex
from glueml_core.matching.index.placing import place_new_records
from glueml_core.matching.index.shelf import MemoryShelf, Shelf

__all__ = ["MatchedIndex", "MemoryShelf", "Shelf", "place_new_records"]
