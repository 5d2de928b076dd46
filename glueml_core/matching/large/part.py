"""Matching one part of a large table: some groups of rows, with all their candidate pairs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from glueml_core.matching.arrays import Floats, Positions
from glueml_core.matching.background import Background
from glueml_core.matching.blocking import RowPairs
from glueml_core.matching.comparison import Comparison
from glueml_core.matching.extensions import Extensions
from glueml_core.matching.features.telling import WordLore
from glueml_core.matching.links import label_links
from glueml_core.matching.matcher import Matcher
from glueml_core.matching.membership import record_clusters
from glueml_core.matching.rows import distinct_rows
from glueml_core.matching.scoring import Scoring
from glueml_core.matching.user_rules import UserRules
from glueml_core.matching.vectors import TableVectors

if TYPE_CHECKING:
    from pandera.typing import DataFrame

    from glueml_core.matching.options import MatchingOptions
    from glueml_core.matching.rows import ColumnProfile
    from glueml_core.schemas import Labels, Records

__all__ = ["PartMatcher", "compare_part", "standing_apart"]

_NOTHING_BROUGHT = Extensions()


def compare_part(
    records: DataFrame[Records],
    left: Positions,
    right: Positions,
    matcher_columns: tuple[ColumnProfile, ...],
    background: Background,
    apart: Positions | None = None,
    extensions: Extensions = _NOTHING_BROUGHT,
) -> Comparison:
    """
    A part's candidate pairs, judged by how common things are in the whole table.

    Args:
        records: The part's records.
        left: Position in them of one record of each candidate pair.
        right: Of the other.
        matcher_columns: How the columns are read.
        background: What is common in the whole table.
        apart: As in `distinct_rows`.
        extensions: The user's features among them.
    """
    table = distinct_rows(records, matcher_columns, apart, background.initials)
    pairs = RowPairs.union([(table.row_of[left], table.row_of[right])], len(table))
    rules = UserRules.of(extensions, records, table)
    return Comparison(table, TableVectors(table, background), pairs, rules)


@dataclass(frozen=True)
class PartMatcher:
    """
    Clusters the records of a part; nothing outside of the part can change its clusters.

    Args:
        matcher: What training produced.
        background: What is common in the whole table.
        lore: How telling its words are.
        threshold: Match probability from which records belong together.
        labels: What must hold in the output.
        extensions: The user's features among them.
    """

    matcher: Matcher
    background: Background
    lore: WordLore
    threshold: float
    labels: DataFrame[Labels]
    extensions: Extensions

    @classmethod
    def of(
        cls,
        matcher: Matcher,
        background: Background,
        lore: WordLore,
        labels: DataFrame[Labels],
        options: MatchingOptions,
    ) -> PartMatcher:
        """Cut where the options say, with the features that they bring."""
        threshold = matcher.threshold(options.precision_recall_tradeoff)
        return cls(matcher, background, lore, threshold, labels, options.extensions)

    def __call__(
        self,
        records: DataFrame[Records],
        left: Positions,
        right: Positions,
        known: Positions | None = None,
    ) -> tuple[Positions, Floats]:
        """
        Cluster number, from 0, and confidence of each record, shape (n_records,).

        Args:
            records: All records of some groups.
            left: Position in them of one record of each candidate pair.
            right: Of the other.
            known: Existing cluster of each record, -1 if it has none.
        """
        labels = self.labels[self.labels["record_id"].isin(records["record_id"])]
        settled_records = np.full(len(records), -1) if known is None else known
        apart = standing_apart(records, settled_records, labels)
        comparison = compare_part(
            records,
            left,
            right,
            self.matcher.columns,
            self.background,
            apart,
            self.extensions,
        )
        table = comparison.table
        settled = np.full(len(table), -1, dtype=np.int64)
        settled[table.row_of] = settled_records
        scoring = Scoring(self.matcher, comparison, self.lore)
        links = label_links(labels, table, settled)
        clusters = scoring.clusters(scoring.candidates, self.threshold, links)
        return record_clusters(table, clusters, scoring, self.threshold, settled >= 0)


def standing_apart(
    records: DataFrame[Records], known: Positions, labels: DataFrame[Labels]
) -> Positions:
    """
    One number a record; records whose numbers differ must not share a row.

    Equal records share one only if both are new, or both in one existing cluster, and if no
    enforced label speaks of them.
    """
    labeled = records["record_id"].isin(labels["record_id"]).to_numpy()
    own = pd.util.hash_array(records["record_id"].to_numpy(dtype=object)[labeled], categorize=False)
    apart = known.astype(np.int64)
    # Negative, so that it cannot be a cluster's number.
    apart[labeled] = own.astype(np.int64) | np.iinfo(np.int64).min
    return apart
