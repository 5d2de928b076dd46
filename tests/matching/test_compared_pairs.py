"""Pairs that were compared before: nothing shows but the time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from recordlinkage.compare import Exact

from glueml_core.matching import (
    Extensions,
    MatchingOptions,
    compare,
    evaluate_matcher,
    find_incremental_matches,
    find_matches,
    generate_labeling_sets,
    train_matcher,
    training,
)
from glueml_core.matching.compared_pairs import ComparedPairs
from glueml_core.matching.options import silent


class Kept:
    """Keeps everything, and counts what for."""

    def __init__(self) -> None:
        self.by_key: dict[str, ComparedPairs] = {}
        self.found = 0

    def find(self, key: str) -> ComparedPairs | None:
        compared = self.by_key.get(key)
        if compared is None:
            return None
        self.found += 1
        return replace(compared, values=compared.values.copy())

    def keep(self, key: str, compared: ComparedPairs) -> None:
        self.by_key[key] = replace(compared, values=compared.values.copy())


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def options(kept) -> MatchingOptions:
    return MatchingOptions(kept_pairs=kept)


@pytest.fixture
def few(labels) -> pd.DataFrame:
    """Some of the labels, which teach as well as all of them, sooner."""
    return labels[labels["labeling_set_id"].isin([f"set-{n}" for n in range(5)])]


def test_all_stages_answer_as_without(records, few, kept, options):
    """What is asked, learned, estimated and found."""

    def life(chosen: MatchingOptions) -> tuple[object, ...]:
        matcher = train_matcher(records, few, chosen, silent)
        sets = generate_labeling_sets(records, few, matcher, chosen)
        evaluation = evaluate_matcher(records, few, chosen, silent)
        matches = find_matches(records, matcher, few, chosen, silent)
        return matcher.to_json(), evaluation.to_dict(), sets.to_csv(), matches.to_csv()

    compare(records, options)
    assert life(options) == life(MatchingOptions())
    assert (len(kept.by_key), kept.found) == (1, 4)


def test_what_is_learned_from_pairs_around_the_labels_is_the_same(
    monkeypatch, records, few, kept, options
):
    """As in a table with more candidates than training looks at."""
    monkeypatch.setattr(training, "_MOST_PAIRS", 500)
    compare(records, options)

    texts = [
        train_matcher(records, few, chosen, silent).to_json()
        for chosen in (options, MatchingOptions())
    ]

    assert texts[0] == texts[1]
    assert kept.found == 1


@pytest.mark.parametrize(
    "same",
    [
        lambda table: table.sample(frac=1, random_state=3),
        lambda table: table.assign(record_id="x" + table["record_id"]),
        lambda table: pd.concat([table, table.assign(record_id="x" + table["record_id"])]),
    ],
    ids=["in another order", "by other ids", "twice"],
)
def test_records_that_say_the_same_are_found(records, kept, options, same):
    compare(records, options)
    compare(same(records).reset_index(drop=True), options)

    assert (len(kept.by_key), kept.found) == (1, 1)


@pytest.mark.parametrize(
    "other",
    [
        lambda table: table.assign(suburb=table["suburb"].where(table.index > 0, "elsewhere")),
        lambda table: table.assign(suburb=table["suburb"].to_numpy()[::-1]),
        lambda table: table.rename(columns={"suburb": "city"}),
        lambda table: table.drop(columns="suburb"),
        lambda table: table[1:].reset_index(drop=True),
    ],
    ids=["a value", "values of other rows", "a name", "a column less", "a record less"],
)
def test_another_table_is_compared_anew(records, kept, options, other):
    compare(records, options)
    changed = other(records)
    found = compare(changed, options)

    assert (len(kept.by_key), kept.found) == (2, 0)
    expected = compare(changed, MatchingOptions())
    np.testing.assert_array_equal(found.features.values, expected.features.values)


def test_another_effort_or_reading_is_compared_anew(records, kept, options):
    profile = compare(records, options).table.profile
    compare(records, replace(options, accuracy_cost_tradeoff=0.9))
    compare(records, options, [replace(column, kind="text") for column in profile])

    assert (len(kept.by_key), kept.found) == (3, 0)


def test_a_users_rules_are_asked_every_time(records, kept, options):
    """They may say something else next time, by the same name."""
    rules = Extensions(features=(("same suburb", Exact("suburb", "suburb")),))
    compare(records, replace(options, extensions=rules))

    assert not kept.by_key


def test_new_records_beside_existing_ones_are_not_kept(records, matcher, labels, kept, options):
    existing = records[:200].assign(match_id=range(200))
    find_incremental_matches(existing, records[200:], matcher, labels, options, silent)

    assert not kept.by_key
