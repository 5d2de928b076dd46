import base64

import pandas as pd
import pytest

from glueml_dagster.pictures import (
    INLINE_LIMIT,
    cluster_size_pictures,
    evaluation_pictures,
    inline_bars,
)

CLUSTERS = {"value": 0.9, "low": 0.8, "high": 1.0}
DETAIL = {
    "area_under_pr_curve": 0.93,
    "precision": 0.9,
    "recall": 0.8,
    "f1": 0.85,
    "threshold": 0.5,
    "confusion": {
        "true_positives": 8,
        "false_positives": 1,
        "false_negatives": 2,
        "true_negatives": 9,
    },
    "column_importances": [["surname", 0.7], ["a_column_with_a_very_long_name_indeed", 0.3]],
    "blocking_recall": CLUSTERS,
    "clusters": {"precision": CLUSTERS, "recall": CLUSTERS, "f1": CLUSTERS},
    "intervals": {"f1": [0.8, 0.9]},
    "pr_curve": [
        {"threshold": 1 - n / 200, "precision": 1 - n / 400, "recall": n / 200}
        for n in range(1, 201)
    ],
    "score_histogram": {"matches": list(range(20)), "non_matches": [10**6 - n for n in range(20)]},
    "labels": {"records": 300, "labeling_sets": 30, "matches": 100, "non_matches": 900},
    "churn": {"changed_records": 0.1, "agreement": 0.9},
    "advice": {"label_more": False, "reason": "More labels change little."},
}
SMALL = ["pr_curve", "score_histogram"]
LARGE = ["pr_curve_large", "score_histogram_large", "column_importances_large", "confusion"]


@pytest.fixture(scope="module")
def pictures() -> dict:
    return {name: value.md_str for name, value in evaluation_pictures(DETAIL).items()}


class TestEvaluationPictures:
    @pytest.mark.parametrize("name", SMALL)
    def test_small_ones_are_short_enough_to_show_in_line(self, pictures, name):
        assert pictures[name].startswith("![")
        assert len(pictures[name]) < INLINE_LIMIT

    @pytest.mark.parametrize("name", LARGE)
    def test_large_ones_are_whole_pngs_of_at_most_fifty_kilobytes(self, pictures, name):
        """Each materialization keeps them, and every visit of the page reads them."""
        content = base64.b64decode(pictures[name].split("base64,")[1].rstrip(")"))

        assert content.startswith(b"\x89PNG")
        assert content.rstrip().endswith(b"IEND\xaeB`\x82")
        assert len(content) < 50_000

    def test_are_all_of_these(self, pictures):
        assert sorted(pictures) == sorted(SMALL + LARGE)


class TestInlineBars:
    def test_stay_short_at_any_counts(self):
        counts = [10**9 + number for number in range(20)]

        picture = inline_bars(counts, counts, title="pairs by match probability, 0 to 1")

        assert len(picture.md_str) < INLINE_LIMIT

    def test_keep_a_single_pair_visible_beside_a_million(self):
        md = inline_bars([10**6, 1], title="pairs").md_str
        svg = base64.b64decode(md.split("base64,")[1].rstrip(")")).decode()

        heights = [int(part.split("V")[1].split("h")[0]) for part in svg.split("h1") if "V" in part]
        assert min(heights) == 0
        assert 0 < 80 - max(heights) < 10

    def test_draw_nothing_without_counts(self):
        assert inline_bars([0, 0], title="clusters").md_str.startswith("![clusters]")


def test_cluster_sizes_show_where_no_record_matches():
    matches = pd.DataFrame({"match_id": [0, 1, 2]})

    pictures = cluster_size_pictures(matches)

    assert len(pictures["cluster_sizes"].md_str) < INLINE_LIMIT
    assert "data:image/png" in pictures["cluster_sizes_large"].md_str
