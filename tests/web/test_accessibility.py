"""Every page by axe, at a desk and on a phone, in light and in dark."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page

from tests.web.conftest import Site
from tests.web.states import put_in_every_state

SERIOUS = {"serious", "critical"}
DEVICES: list[dict[str, Any]] = [
    {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
    {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
]


def violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [
        f"{page.url} {one['id']}: {one['help']} {[node['html'] for node in one['nodes'][:3]]}"
        for one in found
        if one["impact"] in SERIOUS
    ]


@pytest.mark.parametrize("device", DEVICES, ids=["desk, light", "phone, dark"])
def test_axe_finds_no_serious_violation_on_any_page(
    open_context: Callable[..., BrowserContext], site: Site, device: dict[str, Any]
) -> None:
    page = open_context(**device).new_page()
    run_id = put_in_every_state(site)
    parts = ["", "/learned", "/quality", "/review", "/runs", f"/runs/{run_id}", "/label", "/none"]

    found = []
    for url in [f"{site.url}/transforms", f"{site.url}/sign-in", *map(site.path, parts)]:
        page.goto(url)
        found += violations(page)
    page.goto(site.path("/label"))
    for key in ["a", "b", "?", "Enter"]:
        page.keyboard.press(key)
    found += violations(page)

    assert found == []


def test_the_keyboard_alone_reaches_everything_on_the_labeling_page(page: Page, site: Site) -> None:
    page.goto(site.path("/label"))
    page.keyboard.press("a")

    reached = set()
    for _ in range(30):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.innerText.trim()"))

    assert {"Label", "Undo", "Differences", "Done\n↵", "A\n1"} <= {
        text.replace("\n\n", "\n") for text in reached
    }
