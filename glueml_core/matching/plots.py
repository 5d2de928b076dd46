"""Pictures of an evaluation for people to look at."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from glueml_core.matching.evaluation import Evaluation

_DPI = 80
_MATCH, _NON_MATCH, _CHOSEN = "#1f77b4", "#c7c7c7", "#d62728"
_MAX_BARS = 15
_SVG_POINTS = 24
_SVG_WIDTH, _SVG_HEIGHT = 200, 120


def pr_curve_png(evaluation: Evaluation) -> bytes:
    """Precision over recall, with the point that the transform works at."""
    figure, axes = _canvas("Recall", "Precision", (4.5, 3.6))
    recall = [0.0, *(point.recall for point in evaluation.pr_curve)]
    precision = [point.precision for point in evaluation.pr_curve]
    axes.step(recall, [precision[0], *precision], where="post", color=_MATCH)
    if evaluation.precision is not None and evaluation.recall is not None:
        chosen = (evaluation.recall, evaluation.precision)
        axes.plot(*chosen, "o", color=_CHOSEN, clip_on=False)
        at = f"threshold {evaluation.threshold:.2f}\nP {chosen[1]:.3f}, R {chosen[0]:.3f}"
        axes.text(0.05, 0.08, at, transform=axes.transAxes, fontsize=9)
    axes.set(xlim=(0, 1.01), ylim=(0, 1.02))
    axes.set_title(
        f"Area {evaluation.area_under_pr_curve:.3f}, max F1 {evaluation.f1:.3f}", fontsize=10
    )
    return _png(figure)


def score_histogram_png(evaluation: Evaluation) -> bytes:
    """How many labeled matches and non-matches got which match probability."""
    histogram = evaluation.score_histogram
    width = 1 / len(histogram.matches)
    left = np.arange(len(histogram.matches)) * width
    figure, axes = _canvas("Match probability", "Labeled pairs", (4.5, 3))
    axes.bar(
        left, histogram.non_matches, width * 0.45, align="edge", label="no match", color=_NON_MATCH
    )
    axes.bar(
        left + width * 0.45,
        histogram.matches,
        width * 0.45,
        align="edge",
        label="match",
        color=_MATCH,
    )
    axes.axvline(evaluation.threshold, color=_CHOSEN, linewidth=1, label="threshold")
    # A few hundred matches would vanish beside thousands of clear non-matches.
    axes.set_yscale("symlog", linthresh=10)
    axes.set_xlim(0, 1)
    axes.legend(frameon=False, fontsize=8, loc="upper center")
    return _png(figure)


def column_importances_png(evaluation: Evaluation) -> bytes:
    """Which columns decide, the most important on top."""
    shown = evaluation.column_importances[:_MAX_BARS][::-1]
    figure, axes = _canvas("Importance", "", (4.5, 0.8 + 0.25 * len(shown)))
    names = [_shortened(name) for name, _ in shown]
    bars = axes.barh(range(len(shown)), [share for _, share in shown], color=_MATCH)
    axes.set_yticks(range(len(shown)), names, fontsize=9)
    axes.bar_label(bars, fmt="%.2f", fontsize=8, padding=2)
    axes.margins(x=0.12)
    return _png(figure)


def cluster_sizes_png(matches: pd.DataFrame) -> bytes:
    """How many clusters there are of each size; single records are counted in words."""
    sizes = matches["match_id"].value_counts()
    of_two_and_more = sizes[sizes > 1].value_counts().sort_index()
    figure, axes = _canvas("Records in the cluster", "Clusters", (4.5, 3))
    axes.bar(of_two_and_more.index, of_two_and_more.to_numpy(), color=_MATCH)
    axes.set_yscale("symlog", linthresh=10)
    axes.set_xlim(1.4, max([6, *of_two_and_more.index]) + 0.6)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_title(f"{int((sizes == 1).sum()):,} records match no other", fontsize=10)
    return _png(figure)


def confusion_png(evaluation: Evaluation) -> bytes:
    """Labeled pairs by what the label says and what the matcher says."""
    counts = evaluation.confusion
    cells = np.array(
        [
            [counts.true_positives, counts.false_negatives],
            [counts.false_positives, counts.true_negatives],
        ]
    )
    figure, axes = _canvas("The matcher says", "The label says", (3.2, 2.8))
    of_row = cells / np.maximum(cells.sum(axis=1, keepdims=True), 1)
    axes.imshow(of_row, cmap="Blues", vmin=0, vmax=1.4)
    for (row, column), count in np.ndenumerate(cells):
        axes.text(column, row, f"{count:,}", ha="center", va="center")
    axes.set_xticks([0, 1], ["match", "no match"])
    axes.set_yticks([0, 1], ["match", "no match"], rotation=90, va="center")
    axes.spines[:].set_visible(False)
    return _png(figure)


def pr_curve_markdown(evaluation: Evaluation) -> str:
    """The curve as an image in Markdown, under 1,000 characters so that a page shows it in line."""
    svg = base64.b64encode(_pr_curve_svg(evaluation).encode()).decode()
    return f"![Precision over recall](data:image/svg+xml;base64,{svg})"


def _pr_curve_svg(evaluation: Evaluation) -> str:
    points = evaluation.pr_curve
    start = (0.0, points[0].precision)
    at = np.array([start, *((point.recall, point.precision) for point in points)])
    line = " ".join(_svg_point(*at[i]) for i in _evenly_along(at, _SVG_POINTS))
    dot = ""
    if evaluation.precision is not None and evaluation.recall is not None:
        x, y = _svg_point(evaluation.recall, evaluation.precision).split(",")
        dot = f'<circle cx="{x}" cy="{y}" r="4" fill="red"/>'
    size = f'width="{_SVG_WIDTH + 10}" height="{_SVG_HEIGHT + 10}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}>'
        f'<path d="M5 5V{_SVG_HEIGHT + 5}H{_SVG_WIDTH + 5}" fill="none" stroke="gray"/>'
        f'<polyline points="{line}" fill="none" stroke="blue"/>{dot}'
        f'<text x="12" y="{_SVG_HEIGHT - 4}" font-size="12" fill="gray">'
        f"AUC {evaluation.area_under_pr_curve:.3f} F1 {evaluation.f1:.3f}</text></svg>"
    )


def _evenly_along(line: NDArray[np.float64], count: int) -> NDArray[np.intp]:
    """Which points of a line to keep so that its corners stay; shape (at most count,)."""
    way = np.r_[0, np.abs(np.diff(line, axis=0)).sum(axis=1).cumsum()]
    steps = np.linspace(0, way[-1], count)
    # The last point before each step, so that the end of a straight part is not cut off.
    return np.unique(np.searchsorted(way, steps, side="right") - 1)


def _svg_point(recall: float, precision: float) -> str:
    return f"{5 + recall * _SVG_WIDTH:.0f},{5 + (1 - precision) * _SVG_HEIGHT:.0f}"


def _canvas(x: str, y: str, inches: tuple[float, float]) -> tuple[Figure, Axes]:
    figure = Figure(figsize=inches, layout="constrained")
    # Not pyplot: it keeps every figure alive, and is not for several threads.
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    axes.set(xlabel=x, ylabel=y)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _png(figure: Figure) -> bytes:
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=_DPI)
    return picture.getvalue()


def _shortened(name: str) -> str:
    return name if len(name) <= 24 else f"{name[:23]}…"
