"""Records with gaps, for joins to find the few that agree."""

import numpy as np
import pandas as pd

from glueml_core.matching.rows import ColumnProfile

__all__ = ["COLUMNS", "records_with_gaps"]

COLUMNS = [
    *(ColumnProfile(name, "text") for name in ("name", "city", "street", "phone")),
    ColumnProfile("remark", "text", joined_words=3),
]
_WORDS_OF_A_REMARK = 6


def records_with_gaps(count: int, gaps: float) -> pd.DataFrame:
    """
    Numbered records of which one in three says what the next one says, but for a word of a remark.

    Args:
        count: How many.
        gaps: Share of the cells that say nothing, which two that agree have each for itself.
    """
    rng = np.random.default_rng(3)
    cells = {
        "name": rng.integers(0, count // 10, count),
        "city": rng.integers(0, 20, count),
        "street": rng.integers(0, count // 3, count),
        "phone": rng.integers(0, 10**9, count),
    }
    words = rng.integers(0, count, (count, _WORDS_OF_A_REMARK)).astype(str)
    frame = pd.DataFrame(cells).astype(str)
    frame["remark"] = [" ".join(row) for row in words]
    frame.iloc[::3] = frame.shift(-1).iloc[::3]
    frame["remark"] = [
        f"{remark} {own}" for remark, own in zip(frame["remark"], words[:, 0], strict=True)
    ]
    frame = frame.mask(rng.random(frame.shape) < gaps)
    frame.insert(0, "record_id", np.arange(count).astype(str))
    return frame
