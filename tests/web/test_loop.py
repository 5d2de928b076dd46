"""A transform's whole life at the page: taught by keyboard, measured, reviewed, put right."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from glueml_core.api import Core
from glueml_core.store import TaskRunFilter
from tests.web.conftest import Site
from tests.web.people import add_people

# Task runs load the matching engine in a process of their own.
PATIENTLY = 180_000


@pytest.fixture
def people(
    core: Core, serve: Callable[[Core, dict[str, str]], str], tmp_path: Path
) -> tuple[Site, dict[str, str]]:
    transform_id, truth = add_people(core, tmp_path / "people")
    return Site(serve(core, {}), core, transform_id), truth


def answer_set(page: Page, truth: dict[str, str]) -> dict[str, str]:
    """Press for each row the letter of its person, as somebody would who knows them."""
    expect(page.locator(".deal tbody tr:focus")).to_have_count(1)
    keys = page.locator(".deal td.key .value").all_text_contents()
    persons = list(dict.fromkeys(truth[key] for key in keys))
    labels = {key: chr(ord("A") + persons.index(truth[key])) for key in keys}
    for key in keys:
        page.keyboard.press(labels[key])
    expect(page.locator(".deal tbody .badge")).to_have_text(list(labels.values()))
    return labels


def test_ten_sets_by_keyboard_make_a_transform_ready_that_is_then_put_right(
    page: Page, people: tuple[Site, dict[str, str]]
) -> None:
    site, truth = people
    given = teach(page, site, truth)

    store = site.core.store
    learned = {
        (label.labeling_set_id, label.record_id): label.label
        for label in store.labels.current(site.transform_id)
    }
    assert learned == given
    transform = store.transforms.get(site.transform_id)
    assert (transform.status, transform.label_count) == ("READY", len(given))

    look_at_quality(page, site)
    correct_a_cluster(page, site, truth)


def teach(page: Page, site: Site, truth: dict[str, str]) -> dict[tuple[str, str], str]:
    """Have sets made, answer them all, reload in the middle, hand the answers in."""
    page.goto(site.path("/label"))
    page.get_by_role("button", name="Get ten sets").press("Enter")
    expect(page.get_by_text("Set 1 of 10")).to_be_visible(timeout=PATIENTLY)

    given = {}
    for number in range(1, 11):
        expect(page.get_by_text(f"Set {number} of 10")).to_be_visible()
        set_id = page.locator("#deal").get_attribute("data-url").rpartition("/")[2]
        if number == 5:
            expect(page.locator(".deal tbody tr:focus")).to_have_count(1)
            page.keyboard.press("a")
            expect(page.locator(".deal tbody .badge").first).to_have_text("A")
            expect(page.locator("#saved")).to_have_text("Saved")
            page.reload()
            expect(page.locator(".deal tbody .badge").first).to_have_text("A")
            page.keyboard.press("Home")
        labels = answer_set(page, truth)
        given |= {(set_id, key): label for key, label in labels.items()}
        page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="All sets are answered")).to_be_visible()
    expect(page.get_by_role("button", name="Teach the transform")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="F1 over the rounds")).to_be_visible(timeout=PATIENTLY)
    return given


def look_at_quality(page: Page, site: Site) -> None:
    page.get_by_role("link", name="All about quality").click()
    expect(page.get_by_role("heading", name="Right and wrong")).to_be_visible()

    page.locator("#dial").press("End")
    page.get_by_role("button", name="Save the tradeoff").click()

    expect(page.locator("#dial")).to_have_value("1")
    transform = site.core.store.transforms.get(site.transform_id)
    assert transform.precision_recall_tradeoff == 1


def correct_a_cluster(page: Page, site: Site, truth: dict[str, str]) -> None:
    """A cluster called wrong is a labeling set at once, and its answers are learned from."""
    page.get_by_role("link", name="Review").click()
    page.get_by_role("button", name="Find matches").press("Enter")
    expect(page.locator(".cluster").first).to_be_visible(timeout=PATIENTLY)
    weakest = page.locator(".cluster").first.locator("td.key").all_text_contents()
    before = site.core.store.transforms.get(site.transform_id).label_count

    page.get_by_role("button", name="Wrong").first.click()
    expect(page.get_by_text("a cluster you called wrong")).to_be_visible()
    labels = answer_set(page, truth)
    assert list(labels) == weakest
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Teach the transform").click()

    criteria = TaskRunFilter(task_type="EVALUATION", status="SUCCEEDED")
    expect(page.locator(".figures").first).to_contain_text(
        str(before + len(labels)), timeout=PATIENTLY
    )
    store = site.core.store
    page.wait_for_timeout(0)
    assert store.task_runs.find(site.transform_id, criteria).rows
    now = {x.record_id: x.label for x in store.labels.current(site.transform_id)[before:]}
    assert now == labels
