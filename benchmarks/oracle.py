"""The person who labels, played by the truth."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


class Oracle:
    """
    Fills the `label` column of labeling files from the truth, up to a budget of records.

    Args:
        truth: `id` and `entity_id` of every record.
        budget: How many records may be labeled in all.
    """

    def __init__(self, truth: pd.DataFrame, budget: int) -> None:
        self._entity = dict(zip(truth["id"], truth["entity_id"], strict=True))
        self.remaining = budget

    def fill(self, labeling_file: str, primary_key: str) -> str:
        """The same file with labels; rows past the budget stay blank, as they came."""
        reader = csv.DictReader(io.StringIO(labeling_file))
        filled = io.StringIO()
        writer = csv.DictWriter(filled, reader.fieldnames or [], lineterminator="\n")
        writer.writeheader()
        for row in reader:
            if self.remaining > 0:
                row["label"] = self._entity[row[primary_key]]
                self.remaining -= 1
            writer.writerow(row)
        return filled.getvalue()

    def label(self, sets: pd.DataFrame) -> pd.DataFrame:
        """Labels of `labeling_set_id`, `record_id` rows, without a file between."""
        labeled = sets.head(self.remaining)
        self.remaining -= len(labeled)
        return labeled.assign(label=labeled["record_id"].map(self._entity))
