"""Sets of records for people to label, chosen so that few labels teach much."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from glueml_core.matching.comparison import Comparison
from glueml_core.matching.labeling_groups import GroupBuilder
from glueml_core.matching.labeling_seeds import SeedPicker
from glueml_core.matching.labeling_view import LabelingView
from glueml_core.matching.labels import SETS_OF_A_FILE
from glueml_core.matching.options import silent
from glueml_core.matching.pair_graph import PairGraph
from glueml_core.matching.teaching import compare_to_teach
from glueml_core.schemas import LabelingSets

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pandera.typing import DataFrame

    from glueml_core.matching.arrays import Positions
    from glueml_core.matching.matcher import Matcher
    from glueml_core.matching.options import MatchingOptions, Progress
    from glueml_core.schemas import Labels, Records

__all__ = ["choose_labeling_sets", "generate_labeling_sets"]

# Of the sets chosen with a matcher, one in so many begins at a random row: what a matcher is sure
# of is never in doubt, and metrics need pairs that nobody picked for being hard.
_RANDOM_EVERY = 5
_MIN_SET_SIZE = 2
# A record. Tables of people have about one, whether many of them are duplicates or few.
_HARDLY_ANY_CANDIDATES = 0.1


def generate_labeling_sets(
    records: DataFrame[Records],
    labels: DataFrame[Labels],
    matcher: Matcher | None,
    options: MatchingOptions,
    progress: Progress = silent,
    set_count: int = SETS_OF_A_FILE,
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
    columns = matcher.columns if matcher else None
    comparison = compare_to_teach(records, labels, options, columns)
    progress(0.4, "Choosing what to ask")
    sets = choose_labeling_sets(comparison, labels, matcher, options, set_count, set_size)
    told = f"{sets['labeling_set_id'].nunique()} labeling sets of {len(sets)} records"
    in_parts = not options.takes_whole(len(records))
    progress(1.0, told + _hint(comparison) if in_parts else told)
    return sets


def _hint(comparison: Comparison) -> str:
    """What to do about a table that is too large to be looked at as a whole and should be."""
    if len(comparison.candidates) >= _HARDLY_ANY_CANDIDATES * len(comparison.table):
        return ""
    return (
        "; a table of this size is searched by values and words that records share, and hardly any "
        "do: compared as a whole (whole_table_rows in the settings), it has more to ask about"
    )


def choose_labeling_sets(
    comparison: Comparison,
    labels: DataFrame[Labels],
    matcher: Matcher | None,
    options: MatchingOptions,
    set_count: int = SETS_OF_A_FILE,
    set_size: int = 10,
) -> DataFrame[LabelingSets]:
    """The same on a table that is prepared already, with the matcher's columns if there is one."""
    view = LabelingView.of(comparison, labels, matcher, options)
    chooser = _Chooser.of(view, options.seed, set_size)
    groups = chooser.spread(set_count) if matcher is None else chooser.seek_doubt(set_count)
    groups += chooser.at_random(set_count - len(groups))
    if not groups:
        groups = _by_content(np.flatnonzero(view.free).tolist(), set_count, set_size)
    return _frame([[str(view.record_of[node]) for node in group] for group in groups])


@dataclass(frozen=True)
class _Chooser:
    """Chooses groups of nodes that share no node."""

    view: LabelingView
    builder: GroupBuilder
    picker: SeedPicker

    @classmethod
    def of(cls, view: LabelingView, seed: int, set_size: int) -> _Chooser:
        graph = PairGraph.of(view.left, view.right, len(view.record_of))
        builder = GroupBuilder(graph, view.likeness, view.free, max(set_size, _MIN_SET_SIZE))
        picker = SeedPicker(builder, view.left, view.right, np.random.default_rng(seed))
        return cls(view, builder, picker)

    def spread(self, count: int) -> list[list[int]]:
        """Groups around likely matches, for want of a matcher; the first few are near and far."""
        groups = self._around(self.picker.among(part) for part in self.picker.ladder(count))
        # Who labels no more than some of them should not have labeled the most alike alone.
        return [groups[place] for place in _spread_out(len(groups))]

    def seek_doubt(self, count: int) -> list[list[int]]:
        """Groups where the clusters are likely wrong, every so manieth one begun at random."""
        groups, doubt, question = [], self.view.doubt, self.view.question
        for number in range(1, count + 1):
            if number % _RANDOM_EVERY == 0:
                groups += self.at_random(1)
            elif seeds := self.picker.in_doubt(doubt, question):
                groups.append(self.builder.in_doubt(seeds, doubt, self.view.cluster))
        return [group for group in groups if len(group) >= _MIN_SET_SIZE]

    def at_random(self, count: int) -> list[list[int]]:
        """Groups around random rows."""
        return self._around(self.picker.at_random() for _ in range(count))

    def _around(self, seeds: Iterable[list[int]]) -> list[list[int]]:
        """Groups from near to far; each seed is picked when the groups before it are complete."""
        groups = [self.builder.from_near_to_far(nodes) for nodes in seeds if nodes]
        return [group for group in groups if len(group) >= _MIN_SET_SIZE]


def _spread_out(count: int) -> Positions:
    """
    Places from 0, in an order of which every beginning reaches from end to end.

    Source:
        Van der Corput (1935), "Verteilungsfunktionen": numbers by their bits, read backwards.
    """
    width = count.bit_length()
    backwards = [int(f"{number:0{width}b}"[::-1], 2) for number in range(count)]
    return np.array(backwards, dtype=np.int64).argsort().argsort()


def _by_content(nodes: list[int], set_count: int, set_size: int) -> list[list[int]]:
    """For records that resemble nobody: neighbours in the order of their content."""
    groups = [nodes[start : start + set_size] for start in range(0, len(nodes), set_size)]
    return [group for group in groups[:set_count] if len(group) >= _MIN_SET_SIZE]


def _frame(sets: list[list[str]]) -> DataFrame[LabelingSets]:
    rows = [(_set_id(members), record) for members in sets for record in members]
    frame = pd.DataFrame(rows, columns=["labeling_set_id", "record_id"], dtype=object)
    return LabelingSets.validate(frame)


def _set_id(members: list[str]) -> str:
    """A name that another set has only if it has the same members."""
    return hashlib.blake2b("\0".join(members).encode(), digest_size=6).hexdigest()
