"""Cells as comparable text."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from glueml_core.matching.normalize import cell_text, text_codes


@settings(deadline=None)
@given(st.lists(st.text(alphabet="aB \tÅ-é2\n²") | st.none()))
def test_a_column_says_what_its_cells_say_one_by_one(cells):
    """Whichever of them are plain enough to be read many at a time."""
    codes, texts = text_codes(pd.Series(cells, dtype=object))

    assert [texts[code] if code >= 0 else None for code in codes] == [
        cell_text(cell) for cell in cells
    ]
    assert list(texts) == sorted(set(texts))


def test_numbers_dates_and_gaps_in_one_column():
    cells = pd.Series([1998, 1998.0, "1998", np.nan, None, pd.Timestamp("2001-02-03"), " N/A "])

    codes, texts = text_codes(cells)

    assert texts == ("1998", "2001-02-03")
    assert codes.tolist() == [0, 0, 0, -1, -1, 1, -1]
