"""Blocking and features that a user brings, in recordlinkage's own classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

# Importing it takes longer than many a task run.
if TYPE_CHECKING:
    from recordlinkage.base import BaseCompareFeature, BaseIndexAlgorithm

__all__ = ["Extensions"]


@dataclass(frozen=True)
class Extensions:
    """
    Blocking rules and features added to ours.

    Args:
        indexers: Each adds candidate pairs: it gets the records, indexed by `record_id`.
        features: Each adds features of a pair, by name. Larger values need not mean more alike.
    """

    indexers: tuple[BaseIndexAlgorithm, ...] = ()
    features: tuple[tuple[str, BaseCompareFeature], ...] = ()

    @property
    def feature_names(self) -> tuple[str, ...]:
        """What a matcher trained with these needs again when it is used."""
        return tuple(name for name, _ in self.features)
