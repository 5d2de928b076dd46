"""Columns of a large table as numbered texts that never become Python objects as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from glueml_core.matching.arrays import Positions
from glueml_core.matching.normalize import normalized, string_array, text_codes

__all__ = ["TextColumn", "text_column"]


@dataclass(frozen=True)
class TextColumn:
    """
    A column's distinct texts, and which row has which.

    Args:
        codes: Position of each row's text in `texts`, -1 where missing, shape (n_rows,).
        texts: Distinct normalized texts, an Arrow array of strings in no particular order.
    """

    codes: NDArray[np.int32]
    texts: pa.Array

    def of_rows(self, rows: Positions) -> TextColumn:
        """The same texts, of other rows."""
        return TextColumn(self.codes[rows], self.texts)

    @property
    def counts(self) -> NDArray[np.int64]:
        """How many rows have each text."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.texts))


def text_column(records: pd.DataFrame, name: str) -> TextColumn:
    """A column of a table, numbered; one that the table lacks is missing everywhere."""
    if name not in records.columns:
        return TextColumn(np.full(len(records), -1, np.int32), pa.array([], pa.large_string()))
    given = _strings(records[name])
    if given is None:
        codes, texts = text_codes(records[name])
        return TextColumn(codes, pa.array(texts, pa.large_string()))
    raw = given.dictionary_encode()
    plain = normalized(raw.dictionary)
    if plain.equals(raw.dictionary):
        return TextColumn(_codes(raw), plain)
    texts = plain.dictionary_encode()
    of_raw = np.append(_codes(texts), np.int32(-1))
    return TextColumn(of_raw[_codes(raw)], texts.dictionary)


def _strings(cells: pd.Series[Any]) -> pa.Array | None:
    """The cells as one Arrow array, None if some are no text."""
    is_text = isinstance(cells.dtype, pd.StringDtype) or (
        cells.dtype == object and pd.api.types.infer_dtype(cells, skipna=True) == "string"
    )
    return string_array(cells) if is_text else None


def _codes(encoded: pa.DictionaryArray) -> NDArray[np.int32]:
    codes: NDArray[np.int32] = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False)
    return codes
