"""Clusters under review: the weakest first, and a click turns one into labels."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.web.conftest import HOSTILE, Site
from tests.web.states import put_in_every_state


def test_the_cluster_with_the_weakest_link_comes_first(page: Page, site: Site) -> None:
    put_in_every_state(site)

    page.goto(site.path("/review"))

    expect(page.locator(".cluster h2")).to_have_text(
        ["2 records, weakest link 0.60", "2 records, weakest link 0.90"]
    )
    assert page.locator(".cluster").nth(1).locator("mark").all_text_contents() == ["e", ""]
    expect(page.get_by_text(HOSTILE)).to_be_visible()
    assert page.evaluate("window.hacked") is None


def test_the_page_says_why_two_records_were_joined(page: Page, site: Site) -> None:
    put_in_every_state(site)

    page.goto(site.path("/review"))

    why = page.locator(".why").first
    expect(why.get_by_role("heading")).to_have_text("Why 3 and 4 were joined")
    expect(why.get_by_role("listitem")).to_have_text(
        [
            "name: Jaro-Winkler 0.97, speaks for it +2.1",
            "street: edit similarity 0.40, speaks against it -0.7",
            "whole record: record word cosine is missing, speaks for it +0.3",
        ]
    )


def test_a_cluster_called_wrong_is_the_next_set_to_label(page: Page, site: Site) -> None:
    put_in_every_state(site)
    page.goto(site.path("/review"))

    page.get_by_role("button", name="Wrong").first.click()

    expect(page.get_by_text("a cluster you called wrong")).to_be_visible()
    assert page.locator(".deal td.key .value").all_text_contents() == ["3", "4"]
    page.goto(site.path("/review"))
    expect(page.get_by_role("link", name="Judged: change")).to_have_count(1)


def test_a_cluster_called_right_is_answered_at_once(page: Page, site: Site) -> None:
    put_in_every_state(site)
    page.goto(site.path("/review"))

    page.get_by_role("button", name="Right").nth(1).click()

    expect(page.get_by_role("link", name="Judged: change")).to_have_count(1)
    queued = site.core.store.labeling_queue.find(site.transform_id)[0]
    assert (queued.is_correction, queued.status, queued.answers) == (True, "ANSWERED", ["A", "A"])
    assert [row["id"] for row in queued.rows] == ["1", "2"]
