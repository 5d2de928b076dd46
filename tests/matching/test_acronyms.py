from __future__ import annotations

import pandas as pd
import pytest

from glueml_core.matching import MatchingOptions, candidate_pairs
from glueml_core.matching.acronyms import spelled_out
from glueml_core.matching.comparison import compare


@pytest.mark.parametrize(
    ("text", "acronym"),
    [
        ("university of california santa barbara", "ucsb"),
        ("massachusetts institute of technology", "mit"),
        ("hong kong university of science and technology", "hkust"),
        ("new york university", "nyu"),
        ("united kingdom", "uk"),
    ],
)
def test_an_acronym_passes_over_short_words_or_counts_them(text, acronym):
    assert acronym in spelled_out(f"department of physics {text} main campus", {acronym, "else"})


def test_a_word_spells_nothing_out():
    assert spelled_out("louisiana", {"l", "la"}) == set()


@pytest.fixture
def institutes() -> pd.DataFrame:
    cities = ["riverside", "merced", "davis", "irvine", "fresno", "chico", "pomona", "hayward"]
    names = [f"{kind} school, {city}" for city in cities for kind in ("law", "music", "art")]
    names += ["UCSB, Goleta", "University of California, Santa Barbara"]
    return pd.DataFrame({"record_id": [f"r{i}" for i in range(len(names))], "name": names})


def test_records_that_share_no_word_meet_by_an_acronym(institutes):
    pairs = candidate_pairs(institutes, MatchingOptions())

    assert ("r24", "r25") in set(zip(pairs["record_id_l"], pairs["record_id_r"], strict=True))


def test_an_acronym_counts_only_for_a_pair_that_spells_it_out(institutes):
    comparison = compare(institutes, MatchingOptions())
    row_of = dict(zip(comparison.table.record_ids, comparison.table.row_of, strict=True))
    left, right = (
        pd.Series([row_of[name] for name in names]).to_numpy()
        for names in (["r24", "r24", "r25"], ["r25", "r0", "r0"])
    )

    rarity = comparison.features_of(left, right)["acronyms spelled out by the other"]

    assert rarity[0] > 0
    assert rarity[1:].tolist() == [0, 0]
