from __future__ import annotations

import pandas as pd
import pytest

from glueml_core.matching import MatchingOptions
from glueml_core.matching.comparison import compare
from glueml_core.matching.initials import Initials


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("u c berkeley", "uc berkeley"),
        ("m i t cambridge", "mit cambridge"),
        ("department of physics m i t", "department of physics mit"),
        ("s u c berkeley", "s uc berkeley"),
        ("j r smith", "j r smith"),
        ("uc berkeley", "uc berkeley"),
        ("plan b", "plan b"),
        ("", ""),
    ],
)
def test_initials_become_the_words_that_the_table_has(text, joined):
    initials = Initials.of([text, "uc davis", "mit boston", "j smith", "r jones"])

    assert initials(text) == joined


def test_the_longest_word_wins():
    initials = Initials.of(["i b m", "ib", "ibm", "bm"])

    assert initials("i b m research") == "ibm research"


def test_what_is_learned_does_not_depend_on_the_order_of_texts():
    texts = ["u c berkeley", "u c l a", "uc davis", "ucla"]

    assert Initials.of(texts) == Initials.of(texts[::-1])


def test_dots_between_letters_make_no_other_word():
    cities = ["berkeley", "davis", "irvine", "merced"]
    names = [f"UC {city}" for city in cities] + [f"U.C. {city}" for city in cities]
    records = pd.DataFrame({"record_id": [f"r{i}" for i in range(len(names))], "name": names})

    comparison = compare(records, MatchingOptions())
    row_of = dict(zip(comparison.table.record_ids, comparison.table.row_of, strict=True))
    pair = (pd.Series([row_of[name]]).to_numpy() for name in ("r0", "r4"))

    assert comparison.features_of(*pair)["record word cosine"][0] == pytest.approx(1)
