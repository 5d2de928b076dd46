"""Sets of records for people to label, chosen so that few labels teach much."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from glueml_core.matching.clustering import cluster_rows
from glueml_core.matching.comparison import Comparison, compare
from glueml_core.matching.labeling_groups import GroupBuilder
from glueml_core.matching.labeling_seeds import SeedPicker
from glueml_core.matching.links import Links
from glueml_core.matching.options import silent
from glueml_core.matching.pair_graph import PairGraph
from glueml_core.matching.scoring import Scoring
from glueml_core.schemas import LabelingSets

if TYPE_CHECKING:
    from pandera.typing import DataFrame

    from glueml_core.matching.arrays import Floats, Positions
    from glueml_core.matching.matcher import Matcher
    from glueml_core.matching.options import MatchingOptions, Progress
    from glueml_core.schemas import Labels, Records

__all__ = ["choose_labeling_sets", "generate_labeling_sets"]

# Of the sets chosen with a matcher, one in so many begins at a random row: what a matcher is sure
# of is never in doubt, and metrics need pairs that nobody picked for being hard.
_RANDOM_EVERY = 5


def generate_labeling_sets(
    records: DataFrame[Records],
    labels: DataFrame[Labels],
    matcher: Matcher | None,
    options: MatchingOptions,
    progress: Progress = silent,
    set_count: int = 10,
    set_size: int = 10,
) -> DataFrame[LabelingSets]:
    """
    The sets from which a matcher would learn most.

    Without a matcher, sets spread from near to far around likely matches. With one, most gather
    what its clusters are likely wrong about, and some begin at random.

    Args:
        records: All records; their order changes nothing.
        labels: What is labeled already. A labeled record comes again only when all are labeled.
        matcher: What the labels taught so far, if they could.
        options: Its seed decides between equals.
        progress: Told how far the work is.
        set_count: Sets wanted; fewer are given where the records run out.
        set_size: Records in a set, at least 2.
    """
    progress(0.0, "Finding similar records")
    comparison = compare(records, options, matcher.columns if matcher else None)
    progress(0.4, "Choosing what to ask")
    sets = choose_labeling_sets(comparison, labels, matcher, options, set_count, set_size)
    progress(1.0, f"{sets['labeling_set_id'].nunique()} labeling sets of {len(sets)} records")
    return sets


def choose_labeling_sets(
    comparison: Comparison,
    labels: DataFrame[Labels],
    matcher: Matcher | None,
    options: MatchingOptions,
    set_count: int = 10,
    set_size: int = 10,
) -> DataFrame[LabelingSets]:
    """The same on a table that is prepared already, with the matcher's columns if there is one."""
    open_records = _open_records(comparison, labels)
    chooser = _Chooser.of(comparison, matcher, options, open_records, set_size)
    groups = chooser.spread(set_count) if matcher is None else chooser.seek_doubt(set_count)
    groups += chooser.at_random(set_count - len(groups))
    sets = [open_records.loc[group].tolist() for group in groups if len(group) > 1]
    if not sets:
        sets = _by_content(open_records.sort_index(), set_count, set_size)
    return _frame(sets)


@dataclass(frozen=True)
class _Chooser:
    """Chooses groups of rows that share no row."""

    builder: GroupBuilder
    picker: SeedPicker
    doubt: Floats
    cluster: Positions

    @classmethod
    def of(
        cls,
        comparison: Comparison,
        matcher: Matcher | None,
        options: MatchingOptions,
        open_records: pd.Series[str],
        set_size: int,
    ) -> _Chooser:
        pairs = comparison.candidates
        likeness, cluster = _clustered(comparison, matcher, options)
        together = cluster[pairs.left] == cluster[pairs.right]
        free = np.isin(np.arange(len(cluster)), open_records.index)

        graph = PairGraph.of(pairs.left, pairs.right, len(cluster))
        builder = GroupBuilder(graph, likeness, free, max(set_size, 2))
        chance = np.random.default_rng(options.seed)
        picker = SeedPicker(builder, pairs.left, pairs.right, chance)
        return cls(builder, picker, np.where(together, 1 - likeness, likeness), cluster)

    def spread(self, count: int) -> list[list[int]]:
        """Groups around likely matches, for want of a matcher."""
        seeds = (self.picker.among(part) for part in self.picker.ladder(count))
        return [self.builder.from_near_to_far(rows) for rows in seeds if rows]

    def seek_doubt(self, count: int) -> list[list[int]]:
        """Groups where the clusters are likely wrong, every so manieth one begun at random."""
        groups = []
        for number in range(1, count + 1):
            if number % _RANDOM_EVERY == 0:
                groups += self.at_random(1)
            elif rows := self.picker.in_doubt(self.doubt):
                groups.append(self.builder.in_doubt(rows, self.doubt, self.cluster))
        return groups

    def at_random(self, count: int) -> list[list[int]]:
        """Groups around random rows."""
        seeds = (self.picker.at_random() for _ in range(count))
        return [self.builder.from_near_to_far(rows) for rows in seeds if rows]


def _clustered(
    comparison: Comparison, matcher: Matcher | None, options: MatchingOptions
) -> tuple[Floats, Positions]:
    """How likely each candidate pair matches, in double precision, and the cluster of each row."""
    pairs, row_count = comparison.candidates, len(comparison.table)
    if matcher is None:
        return comparison.unsupervised.astype(np.float64), np.arange(row_count)

    scoring = Scoring(matcher, comparison)
    threshold = matcher.threshold(options.precision_recall_tradeoff)
    probability, links = scoring.candidates, Links.none(row_count)
    clusters = cluster_rows(pairs.left, pairs.right, probability, scoring, threshold, links)
    return probability.astype(np.float64), clusters.cluster


def _open_records(comparison: Comparison, labels: DataFrame[Labels]) -> pd.Series[str]:
    """By row, one record that may be asked about; every row again once all are labeled."""
    table = comparison.table
    record_of = pd.Series(table.record_ids, index=table.row_of).sort_values(kind="stable")
    labeled = record_of.isin(labels["record_id"])
    # Whoever labeled a record has also judged those that say the same.
    judged = record_of.index.isin(record_of.index[labeled])
    open_records = record_of[~judged] if not judged.all() else record_of
    return open_records[~open_records.index.duplicated()]


def _by_content(records: pd.Series[str], set_count: int, set_size: int) -> list[list[str]]:
    """For records that resemble nobody: neighbours in the order of their content."""
    ids = records.tolist()
    sets = [ids[start : start + set_size] for start in range(0, len(ids), set_size)]
    return [members for members in sets[:set_count] if len(members) > 1]


def _frame(sets: list[list[str]]) -> DataFrame[LabelingSets]:
    rows = [(_set_id(members), record) for members in sets for record in members]
    frame = pd.DataFrame(rows, columns=["labeling_set_id", "record_id"], dtype=object)
    return LabelingSets.validate(frame)


def _set_id(members: list[str]) -> str:
    """A name that another set has only if it has the same members."""
    return hashlib.blake2b("\0".join(members).encode(), digest_size=6).hexdigest()
