"""Papers of which two sources tell, and hardly ever in the same words."""

import numpy as np
import pandas as pd

__all__ = ["WORDS", "papers"]

WORDS = [f"word{number}" for number in range(400)]


def papers(count: int) -> pd.DataFrame:
    """`record_id`, `title` and `entity`: two records a paper, one word of eight another."""
    rng = np.random.default_rng(5)
    rows = []
    for paper in range(count):
        words = rng.choice(WORDS, 8, replace=False).tolist()
        rows.append((f"a{paper}", " ".join(words), f"{paper}"))
        rows.append(
            (f"b{paper}", " ".join([*words[:3], rng.choice(WORDS), *words[4:]]), f"{paper}")
        )
    frame = pd.DataFrame(rows, columns=["record_id", "title", "entity"])
    return frame.sample(frac=1, random_state=2, ignore_index=True)
