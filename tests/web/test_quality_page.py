"""The page of measures: what a turn of the dial would mean, and that it can be saved."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.web.conftest import Site, hold_back
from tests.web.states import CURVE, put_in_every_state


@pytest.fixture
def measured(site: Site) -> Site:
    put_in_every_state(site)
    return site


def test_the_dial_says_what_it_would_mean_and_saves_only_a_change(
    page: Page, measured: Site
) -> None:
    page.goto(measured.path("/quality"))
    save = page.get_by_role("button", name="Save the tradeoff")
    expect(save).to_be_disabled()

    page.locator("#dial").press("End")

    expect(page.locator("output[data-says=tradeoff]")).to_have_text("1.00")
    precise = max(point["precision"] for point in CURVE)
    expect(page.locator("output[data-says=precision]")).to_have_text(f"{precise:.2f}")
    save.click()
    expect(page.locator("#dial")).to_have_value("1")
    expect(save).to_be_disabled()
    transform = measured.core.store.transforms.get(measured.transform_id)
    assert transform.precision_recall_tradeoff == 1


def test_a_dial_turned_before_its_script_is_there_can_be_saved(page: Page, measured: Site) -> None:
    arrive = hold_back(page, "dial.js")
    page.goto(measured.path("/quality"), wait_until="commit")
    page.locator("#dial").press("End")

    arrive()

    expect(page.get_by_role("button", name="Save the tradeoff")).to_be_enabled()
    expect(page.locator("output[data-says=tradeoff]")).to_have_text("1.00")
