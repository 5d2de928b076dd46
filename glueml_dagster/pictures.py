"""Pictures that really show in Dagster's UI: a small one in line, the large one on a click."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["INLINE_LIMIT", "cluster_size_pictures", "evaluation_pictures", "inline_bars", "png"]

INLINE_LIMIT = 1000
"""Characters of Markdown from which the UI hides a text behind "Show Markdown"."""

_WIDTH, _HEIGHT = 200, 80


def evaluation_pictures(detail: Mapping[str, Any]) -> dict[str, dg.MetadataValue]:
    """
    What an evaluation's detail shows: its curve, its scores, its columns, its confusion.

    Args:
        detail: `Evaluation.to_dict()`, as the store keeps it.
    """
    import glueml_core.matching.plots as plots
    from glueml_core.matching.evaluation import Evaluation

    evaluation = Evaluation.from_dict(dict(detail))
    histogram = evaluation.score_histogram
    return {
        "pr_curve": dg.MetadataValue.md(plots.pr_curve_markdown(evaluation)),
        "pr_curve_large": png(plots.pr_curve_png(evaluation)),
        "score_histogram": inline_bars(
            histogram.non_matches, histogram.matches, title="pairs by match probability, 0 to 1"
        ),
        "score_histogram_large": png(plots.score_histogram_png(evaluation)),
        "column_importances_large": png(plots.column_importances_png(evaluation)),
        "confusion": png(plots.confusion_png(evaluation)),
    }


def cluster_size_pictures(matches: pd.DataFrame) -> dict[str, dg.MetadataValue]:
    """How many clusters have two, three and more records."""
    import glueml_core.matching.plots as plots

    sizes = matches["match_id"].value_counts()
    counts = sizes[sizes > 1].clip(upper=12).value_counts().reindex(range(2, 13), fill_value=0)
    return {
        "cluster_sizes": inline_bars(counts.tolist(), title="clusters of 2, 3, … 12+ records"),
        "cluster_sizes_large": png(plots.cluster_sizes_png(matches)),
    }


def inline_bars(
    counts: Sequence[int], front: Sequence[int] = (), *, title: str
) -> dg.MarkdownMetadataValue:
    """
    Bars as a picture in a few hundred characters, on a logarithmic scale of heights.

    Args:
        counts: One bar each, in gray when there is a front.
        front: Bars before them, in blue.
        title: Under the bars.
    """
    top = max([*counts, *front, 1])
    shapes = [_bars(counts, top, "silver" if front else "steelblue")]
    if front:
        shapes.append(_bars(front, top, "steelblue"))
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT + 16}">'
        f'{"".join(shapes)}<text y="{_HEIGHT + 13}" font-size="11">{title}</text></svg>'
    )
    return dg.MetadataValue.md(f"![{title}]({_data_uri(svg.encode(), 'svg+xml')})")


def png(picture: bytes) -> dg.MarkdownMetadataValue:
    """A picture as Markdown; longer than the limit, so the UI shows it on a click."""
    return dg.MetadataValue.md(f"![picture]({_data_uri(picture, 'png')})")


def _bars(counts: Sequence[int], top: int, color: str) -> str:
    """Bars as one outline; a count of 1 must not vanish beside thousands."""
    from math import log1p

    step = _WIDTH // max(len(counts), 1)
    heights = (round(log1p(count) / log1p(top) * _HEIGHT) for count in counts)
    outline = "".join(f"V{_HEIGHT - height}h{step - 1}V{_HEIGHT}h1" for height in heights)
    return f'<path fill="{color}" fill-opacity=".7" d="M0 {_HEIGHT}{outline}"/>'


def _data_uri(content: bytes, kind: str) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"
