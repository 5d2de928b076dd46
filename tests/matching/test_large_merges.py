"""Two large groups that would merge by what was learned, and what likeness has to say of that."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from glueml_core.matching import Matcher, MatchingOptions, find_matches, train_matcher
from glueml_core.matching.clustering import LARGE_GROUP
from glueml_core.matching.comparison import compare
from glueml_core.matching.labeling_sets import choose_labeling_sets
from glueml_core.matching.large.apprentice import Apprentice
from glueml_core.matching.options import silent
from glueml_core.matching.pair_model import unsupervised_log_odds
from glueml_core.matching.scoring import Scoring
from tests.matching.conftest import labeled_by

# A whole table, and one that is matched part by part.
OPTIONS = [MatchingOptions(), MatchingOptions(whole_table_rows=0, sampled_records=1_000)]
# By these, models are sure of a person; all else has changed.
KEPT = ["given_name", "surname", "date_of_birth", "soc_sec_id", "postcode", "state"]


@pytest.fixture
def wary(matcher) -> Matcher:
    """Who lets likeness alone decide whether two large groups merge."""
    return replace(matcher, large_merge_share=1.0)


def with_mover(records: pd.DataFrame, before: int, after: int) -> pd.DataFrame:
    """These people and one with so many records of either of two addresses."""
    # Written backwards, so that nobody else is like them.
    one, other = (records.iloc[row].str[::-1] for row in (0, 40))
    old, new = (
        pd.DataFrame([home] * count).assign(
            record_id=[f"{name}-{number}" for number in range(count)],
            street_number=[str(100 + number) for number in range(count)],
        )
        for name, home, count in (("old", one, before), ("new", other, after))
    )
    mover = pd.concat([old, new.assign(**one[KEPT])])
    return pd.concat([records, mover], ignore_index=True)


def clusters_of_mover(records: pd.DataFrame, matcher: Matcher, options: MatchingOptions) -> list:
    """The records of the mover's clusters, which nobody else is in."""
    matches = find_matches(records, matcher, no_labels(), options, silent)
    clusters = matches.groupby("match_id")["record_id"].agg(frozenset)
    found = [c for c in clusters if any(r.startswith(("old", "new")) for r in c)]
    assert sorted(matches["record_id"]) == sorted(records["record_id"])
    return sorted(found, key=len)


def no_labels() -> pd.DataFrame:
    return pd.DataFrame({"labeling_set_id": [], "record_id": [], "label": []}, dtype=object)


@pytest.mark.parametrize("options", OPTIONS)
def test_large_groups_merge_only_if_likeness_says_so(records, matcher, wary, options):
    table = with_mover(records, LARGE_GROUP, LARGE_GROUP)

    (together,) = clusters_of_mover(table, matcher, options)
    parted = clusters_of_mover(table, wary, options)

    assert len(together) == 2 * LARGE_GROUP
    assert [len(cluster) for cluster in parted] == [LARGE_GROUP, LARGE_GROUP]
    assert all(len({record[:3] for record in cluster}) == 1 for cluster in parted)


def test_no_glance_decides_whether_large_groups_merge(records, matcher, wary, monkeypatch):
    table = with_mover(records, LARGE_GROUP, LARGE_GROUP)
    monkeypatch.setattr(Apprentice, "doubts", lambda _self, chance: np.zeros(len(chance), bool))

    sure = clusters_of_mover(table, matcher, OPTIONS[1])
    parted = clusters_of_mover(table, wary, OPTIONS[1])

    assert len(sure) == 1
    assert [len(cluster) for cluster in parted] == [LARGE_GROUP, LARGE_GROUP]


def test_a_smaller_group_merges_by_what_was_learned(records, wary):
    table = with_mover(records, LARGE_GROUP, LARGE_GROUP - 1)

    (together,) = clusters_of_mover(table, wary, OPTIONS[0])

    assert len(together) == 2 * LARGE_GROUP - 1


@pytest.mark.parametrize("share", [0.25, 1.0])
def test_large_groups_are_judged_by_log_odds_that_lean_on_likeness(records, matcher, share):
    wary = Scoring(replace(matcher, large_merge_share=share), compare(records, MatchingOptions()))
    pairs = wary.comparison.candidates

    leaning = wary.large_merges(pairs.left, pairs.right)

    learned = wary(pairs.left, pairs.right).astype(float)
    likeness = unsupervised_log_odds(wary.comparison.unsupervised).astype(float)
    undecided = (learned > 0.001) & (learned < 0.999)
    odds = np.log(learned / (1 - learned))
    expected = 1 / (1 + np.exp(-(share * likeness + (1 - share) * odds)))
    assert undecided.sum() > 20
    np.testing.assert_allclose(leaning[undecided], expected[undecided], atol=1e-3)


def test_who_has_learned_from_many_sets_merges_groups_of_any_size(records, matcher):
    assert matcher.large_merge_share == 0
    assert Scoring(matcher, compare(records, MatchingOptions())).large_merges is None


@pytest.mark.parametrize(("budget", "is_wary"), [(50, True), (90, True), (100, False)])
def test_before_a_file_is_done_labels_say_nothing_of_large_groups(
    records, truth, labels, budget, is_wary
):
    options = MatchingOptions()
    asked = choose_labeling_sets(compare(records, options), labels.iloc[:0], None, options)
    few = train_matcher(records, labeled_by(truth, asked.head(budget)), options, silent)

    assert few.unsupervised_share == 0
    assert (few.large_merge_share > 0.5) is is_wary


def test_how_wary_a_matcher_is_survives_being_saved(records, wary):
    assert Matcher.from_json(wary.to_json()).large_merge_share == 1.0


def test_a_matcher_of_format_5_merges_groups_of_any_size(matcher):
    saved = json.loads(matcher.to_json())
    del saved["large_merge_share"]

    assert Matcher.from_json(json.dumps({**saved, "format": 5})).large_merge_share == 0
