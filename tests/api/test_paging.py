"""Paging: every row once, whatever happens between the pages."""

import base64
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.conftest import request


def walk(glue, between=lambda: None, **asked):
    """The names on all pages, and how many pages there were."""
    names, pages, token = [], 0, {}
    while True:
        page = glue.get_ml_transforms(**asked, **token)
        names += [transform["Name"] for transform in page["Transforms"]]
        pages += 1
        if "NextToken" not in page:
            return names, pages
        token = {"NextToken": page["NextToken"]}
        between()


@pytest.mark.behavior(22)
def test_a_walk_in_single_steps_meets_each_transform_once_while_others_appear(glue, create):
    for name in "abc":
        create(Name=name)
    by_name = {"Column": "NAME", "SortDirection": "ASCENDING"}

    def insert_on_both_sides():
        create(Name="A")
        create(Name="bb")

    names, pages = walk(glue, insert_on_both_sides, Sort=by_name, MaxResults=1)

    assert names == ["a", "b", "bb", "c"]
    assert pages == 4


@pytest.mark.behavior(22)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    names=st.lists(st.text("abAB é~", min_size=1, max_size=3), max_size=8).map(
        lambda names: [name for name in dict.fromkeys(names) if name.strip()]
    ),
    page_size=st.integers(1, 5),
    column=st.sampled_from(["NAME", "TRANSFORM_TYPE", "STATUS", "CREATED", "LAST_MODIFIED"]),
    direction=st.sampled_from(["ASCENDING", "DESCENDING"]),
    data=st.data(),
)
def test_pages_together_are_the_list(glue, names, page_size, column, direction, data):
    """For every sort, both ways, with deletions of rows already seen between the pages."""
    for name in names:
        glue.create_ml_transform(**request(Name=name))
    sort = {"Column": column, "SortDirection": direction}
    whole = glue.get_ml_transforms(Sort=sort)["Transforms"]
    unseen = [transform["TransformId"] for transform in whole]

    def delete_a_seen_one():
        del unseen[:page_size]
        seen = [transform for transform in whole if transform["TransformId"] not in unseen]
        if data.draw(st.booleans()):
            glue.delete_ml_transform(TransformId=seen[-1]["TransformId"])

    try:
        walked, _ = walk(glue, delete_a_seen_one, Sort=sort, MaxResults=page_size)
        assert walked == [transform["Name"] for transform in whole]
    finally:
        for transform_id in glue.list_ml_transforms()["TransformIds"]:
            glue.delete_ml_transform(TransformId=transform_id)


@pytest.mark.behavior(22)
def test_a_client_that_reads_one_page_only_sees_all_transforms(glue, create):
    """Prowler never sends a token, so the page must hold what an account can hold."""
    ids = [create(Name=str(n)) for n in range(100)]
    page = glue.list_ml_transforms()
    assert page["TransformIds"] == ids
    assert "NextToken" not in page


def test_an_empty_token_is_no_token(glue, create):
    create()
    assert len(glue.list_ml_transforms(NextToken="")["TransformIds"]) == 1


def forged(key, of):
    return base64.urlsafe_b64encode(json.dumps({"after": key, "of": of}).encode()).decode()


def digest_of(token):
    return json.loads(base64.urlsafe_b64decode(token))["of"]


def test_a_token_is_good_for_its_own_listing_only(glue, create):
    for name in "abc":
        create(Name=name)
    token = glue.get_ml_transforms(MaxResults=1)["NextToken"]
    of = digest_of(token)
    by_name = {"Column": "NAME", "SortDirection": "ASCENDING"}
    bad = [
        {"NextToken": token, "Sort": by_name},
        {"NextToken": token, "Filter": {"Status": "NOT_READY"}},
        *({"NextToken": text} for text in ("x", "é", "bm8=", "W10=", token[:-4])),
        *(
            {"NextToken": forged(key, of)}
            for key in (None, [], ["a"], ["a", "b"], [True, "b"], [10**30, "b"], {})
        ),
    ]

    for asked in bad:
        with pytest.raises(glue.exceptions.InvalidInputException, match="Invalid NextToken"):
            glue.get_ml_transforms(**asked)
    assert len(glue.get_ml_transforms(NextToken=token, MaxResults=5)["Transforms"]) == 2


def test_a_token_of_one_transforms_runs_is_not_good_for_anothers(glue, core, create):
    one, other = create(Name="one"), create(Name="other")
    for _ in range(2):
        core.store.task_runs.add(one, "EVALUATION")
    token = glue.get_ml_task_runs(TransformId=one, MaxResults=1)["NextToken"]

    with pytest.raises(glue.exceptions.InvalidInputException, match="Invalid NextToken"):
        glue.get_ml_task_runs(TransformId=other, NextToken=token)
    assert len(glue.get_ml_task_runs(TransformId=one, NextToken=token)["TaskRuns"]) == 1
