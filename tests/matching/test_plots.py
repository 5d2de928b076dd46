import base64
import io
from dataclasses import replace
from xml.etree import ElementTree

import pandas as pd
import pytest
from PIL import Image

from glueml_core.matching import MatchingOptions, evaluate_matcher, plots
from glueml_core.matching.metrics import Confusion

OF_EVALUATION = (
    plots.pr_curve_png,
    plots.score_histogram_png,
    plots.column_importances_png,
    plots.confusion_png,
)


@pytest.fixture(scope="module")
def evaluation(records, labels):
    return evaluate_matcher(records, labels, MatchingOptions())


def size_of(png):
    with Image.open(io.BytesIO(png)) as picture:
        return picture.size


@pytest.mark.parametrize("draw", OF_EVALUATION)
def test_a_picture_of_an_evaluation_is_a_small_png(draw, evaluation):
    png = draw(evaluation)

    width, height = size_of(png)
    assert 200 < width < 500
    assert 50 < height < 500
    assert len(png) < 30_000


@pytest.mark.parametrize("draw", [plots.pr_curve_png, plots.confusion_png, plots.pr_curve_markdown])
def test_a_matcher_that_calls_nothing_a_match_can_be_drawn(draw, evaluation):
    assert draw(replace(evaluation, precision=None, recall=0.0, confusion=Confusion(0, 0, 5, 9)))


@pytest.mark.parametrize("match_ids", [[0, 0, 2, 3, 3, 3], [0, 1, 2], [0], []])
def test_cluster_sizes_can_be_drawn_for_any_table(match_ids):
    matches = pd.DataFrame({"record_id": map(str, range(len(match_ids))), "match_id": match_ids})

    assert size_of(plots.cluster_sizes_png(matches))


def test_the_curve_in_markdown_is_short_enough_to_be_shown_in_line(evaluation):
    markdown = plots.pr_curve_markdown(evaluation)

    assert len(markdown) < 1000
    svg = base64.b64decode(markdown.split("base64,")[1].rstrip(")"))
    assert ElementTree.fromstring(svg).tag.endswith("svg")
