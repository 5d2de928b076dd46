"""A table that breaks its schema is told by column, row and rule."""

from __future__ import annotations

import pandas as pd
import pytest
from pandera.errors import SchemaError, SchemaErrors

from glueml_core.schemas import CandidatePairs, Labels
from glueml_core.violations import violations_text


def labels(*said: str) -> pd.DataFrame:
    ids = [str(number) for number in range(len(said))]
    return pd.DataFrame({"labeling_set_id": "s", "record_id": ids, "label": said})


def test_names_column_row_and_rule():
    with pytest.raises(SchemaError) as broken:
        Labels.validate(labels("A", " "))

    assert violations_text(broken.value) == (
        r"A table breaks its schema: column label, row 1: str_matches('\S') does not hold "
        "for ' '"
    )


def test_names_ten_of_many_violations():
    pairs = pd.DataFrame({"record_id_l": ["b"] * 12, "record_id_r": ["a"] * 12})
    with pytest.raises(SchemaErrors) as broken:
        CandidatePairs.validate(pairs, lazy=True)

    text = violations_text(broken.value)
    assert text.count("does not hold") == 10
    assert "column record_id_l, row 0: multiple_fields_uniqueness" in text
    assert text.endswith("; and 38 more")


def test_names_a_column_that_is_missing():
    with pytest.raises(SchemaError) as broken:
        Labels.validate(labels("A").drop(columns="label"))

    assert "column 'label' not in dataframe" in violations_text(broken.value)
