"""Which clusters to look at first."""

from __future__ import annotations

import json

import pytest

from glueml_core.matching import MatchingOptions, find_matches_with_scoring, weak_clusters
from glueml_core.matching.options import silent


@pytest.fixture(scope="module")
def found(records, labels, matcher):
    return find_matches_with_scoring(records, matcher, labels, MatchingOptions(), silent)


def test_every_cluster_of_two_and_more_is_told_the_weakest_link_first(found):
    told = weak_clusters(found.matches, found.scoring)

    sizes = found.matches["match_id"].value_counts()
    assert {weak.match_id for weak in told} == set(sizes[sizes > 1].index)
    links = [weak.explanation.weakest_link for weak in told]
    assert [link.match_probability for link in links] == sorted(
        link.match_probability for link in links
    )


def test_the_weakest_link_joins_records_of_its_cluster(found):
    cluster = found.matches.set_index("record_id")["match_id"]

    for weak in weak_clusters(found.matches, found.scoring, most=10):
        sides = weak.explanation.sides
        assert {cluster[record] for side in sides for record in side} == {weak.match_id}
        link = weak.explanation.weakest_link
        assert [link.record_id_l in sides[0], link.record_id_r in sides[1]] in (
            [True, True],
            [False, False],
        )


def test_of_many_clusters_the_least_confident_are_told(found):
    told = {weak.match_id for weak in weak_clusters(found.matches, found.scoring, most=5)}

    confidence = found.matches.groupby("match_id")["match_confidence_score"].agg(["min", "size"])
    several = confidence.loc[confidence["size"] > 1, "min"]
    assert len(told) == 5
    assert several[list(told)].max() <= several.drop(list(told)).min()


def test_what_is_told_can_be_kept_as_json(found):
    weak = weak_clusters(found.matches, found.scoring, most=1)[0]

    kept = json.loads(json.dumps(weak.to_dict()))

    link = weak.explanation.weakest_link
    assert kept["match_id"] == weak.match_id
    assert kept["explanation"]["weakest_link"]["record_id_l"] == link.record_id_l
