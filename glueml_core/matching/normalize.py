"""Cells as comparable text."""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

__all__ = ["cell_text", "folded", "normalized", "string_array", "text_codes", "words_of"]

_BLANKS = frozenset({"", "-", "--", "?", "n/a", "nan", "none", "null", "<na>", "nat"})
_SPACES = re.compile(r"\s+")
_NOT_WORD = re.compile(r"[\W_]+")
# A character that is neither printable nor ASCII, or a space too many.
_NOT_PLAIN = r"[^ -~]|  |^ | $"


def cell_text(cell: Any) -> str | None:
    """A cell's text in lower case without accents, its spaces squeezed; None if it says nothing."""
    if cell is None or cell is pd.NaT or cell is pd.NA:
        return None
    if isinstance(cell, float):
        if math.isnan(cell):
            return None
        # A column of whole numbers with a gap is read as floats; 1998.0 and 1998 are one value.
        cell = int(cell) if cell.is_integer() else cell
    if isinstance(cell, datetime | date):
        cell = cell.isoformat().removesuffix("T00:00:00")

    text = _SPACES.sub(" ", folded(str(cell))).strip()
    return None if text in _BLANKS else text


def folded(text: str) -> str:
    """Lower case without accents."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def words_of(text: str) -> str:
    """The words of a text, without punctuation, with one space between them."""
    return _NOT_WORD.sub(" ", text).strip()


def string_array(texts: pd.Series[str]) -> pa.Array:
    """A column of texts as one Arrow array of large strings."""
    if not isinstance(texts.dtype, pd.StringDtype):
        return pa.Array.from_pandas(texts, type=pa.large_string())
    given = pa.array(texts)
    whole = given.combine_chunks() if isinstance(given, pa.ChunkedArray) else given
    return whole.cast(pa.large_string())


def text_codes(cells: pd.Series[Any]) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """
    Each cell as a number into the column's distinct texts.

    Returns:
        Codes, shape (n_records,), -1 where the cell is missing; and the texts in ascending order.
    """
    raw_codes, raw_values = pd.factorize(cells.astype(object), use_na_sentinel=True)
    codes, texts = pd.factorize(_texts(np.asarray(raw_values, dtype=object)), sort=True)
    return np.append(codes, -1).astype(np.int32)[raw_codes], tuple(texts)


def _texts(values: NDArray[np.object_]) -> NDArray[np.object_]:
    """`cell_text` of each value."""
    texts = np.empty(len(values), dtype=object)
    if pd.api.types.infer_dtype(values) != "string":
        texts[:] = [cell_text(value) for value in values]
        return texts
    texts[:] = normalized(pa.array(values, pa.string())).to_pylist()
    return texts


def normalized(given: pa.Array) -> pa.Array:
    """`cell_text` of each string of an Arrow array; null where it says nothing."""
    # Nearly all texts are plain ASCII, which Arrow lowers many at a time.
    lowered = pc.ascii_lower(given)
    blanks = pa.array(sorted(_BLANKS), given.type)
    texts = pc.if_else(pc.is_in(lowered, blanks), pa.scalar(None, given.type), lowered)
    odd = pc.fill_null(pc.match_substring_regex(given, _NOT_PLAIN), False)
    if not pc.any(odd).as_py():
        return texts
    mended = [cell_text(value) for value in given.filter(odd).to_pylist()]
    return pc.replace_with_mask(texts, odd, pa.array(mended, given.type))
