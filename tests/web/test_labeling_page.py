"""Grouping rows by keyboard, mouse and finger; nothing that was answered gets lost."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from tests.web.conftest import HOSTILE, Site

OpenContext = Callable[..., BrowserContext]


def start(page: Page, site: Site) -> None:
    page.goto(site.path("/label"))
    expect_set(page, 1)


def expect_set(page: Page, number: int) -> None:
    """The set is dealt, and a row has the focus: the keys work."""
    expect(page.get_by_text(f"Set {number} of 2")).to_be_visible()
    expect(page.locator(".deal tbody tr:focus")).to_have_count(1)


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def badges(page: Page) -> list[str]:
    return page.locator(".deal tbody .badge").all_text_contents()


def expect_saved(page: Page) -> None:
    expect(page.locator("#saved")).to_have_text("Saved")


def test_a_key_for_each_row_sorts_a_set_and_goes_on_to_the_next(page: Page, site: Site) -> None:
    start(page, site)

    press(page, "a", "a", "b", "?", "Enter")

    expect_set(page, 2)
    assert site.queued("s/1").answers == ["A", "A", "B", "?"]
    assert site.queued("s/1").status == "ANSWERED"


def test_keys_typed_on_the_way_to_the_next_set_count_there(page: Page, site: Site) -> None:
    start(page, site)

    page.evaluate(
        """() => {
            for (const key of ["a", "a", "a", "a", "Enter", "b", "a"])
                document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
        }"""
    )

    expect_set(page, 2)
    assert badges(page) == ["B", "A", ""]


def test_digits_space_and_plus_do_what_letters_do(page: Page, site: Site) -> None:
    start(page, site)

    press(page, "1", "Space", "+", "Space")

    assert badges(page) == ["A", "A", "B", "B"]


def test_arrows_move_between_rows_and_change_their_group(page: Page, site: Site) -> None:
    start(page, site)

    press(page, "ArrowRight", "ArrowDown", "ArrowRight", "ArrowDown", "ArrowRight", "ArrowRight")
    press(page, "ArrowDown", "ArrowRight", "ArrowLeft")

    assert badges(page) == ["A", "A", "B", ""]


def test_several_rows_get_a_group_at_once(page: Page, site: Site) -> None:
    start(page, site)

    press(page, "Shift+ArrowDown", "Shift+ArrowDown", "c")

    assert badges(page) == ["C", "C", "C", ""]


def test_undo_and_redo_go_through_every_step(page: Page, site: Site) -> None:
    start(page, site)
    press(page, "a", "a", "b")

    press(page, "Control+z", "Control+z")
    assert badges(page) == ["A", "", "", ""]

    press(page, "Control+Shift+z")
    assert badges(page) == ["A", "A", "", ""]
    expect_saved(page)
    assert site.queued("s/1").answers == ["A", "A", "", ""]


def test_backspace_takes_a_group_away(page: Page, site: Site) -> None:
    start(page, site)

    press(page, "a", "ArrowUp", "Backspace")

    assert badges(page) == ["", "", "", ""]


def test_rows_left_over_match_nothing_once_that_was_confirmed(page: Page, site: Site) -> None:
    start(page, site)
    press(page, "a", "a", "Enter")

    expect(page.get_by_role("alert")).to_contain_text("2 rows have no group")
    assert site.queued("s/1").status == "OPEN"

    press(page, "Enter")
    expect_set(page, 2)
    assert site.queued("s/1").answers == ["A", "A", "B", "C"]


def test_a_row_dragged_onto_another_joins_it(page: Page, site: Site) -> None:
    start(page, site)
    rows = page.locator(".deal tbody tr")

    rows.nth(0).locator(".badge").drag_to(rows.nth(2))
    rows.nth(1).locator(".badge").drag_to(page.get_by_role("button", name="New group B"))

    assert badges(page) == ["A", "B", "A", ""]


def test_a_finger_taps_rows_and_groups(open_context: OpenContext, site: Site) -> None:
    page = open_context(viewport={"width": 390, "height": 800}, has_touch=True).new_page()
    start(page, site)

    page.locator(".deal tbody tr").nth(1).tap()
    page.get_by_role("button", name="New group A").tap()
    page.get_by_role("button", name="not sure").tap()

    assert badges(page) == ["", "A", "?", ""]
    expect_saved(page)


def test_a_reload_in_the_middle_loses_nothing(page: Page, site: Site) -> None:
    start(page, site)
    press(page, "a", "a")
    expect_saved(page)

    page.reload()

    assert badges(page) == ["A", "A", "", ""]
    expect(page.locator(".deal tbody tr").nth(2)).to_be_focused()


def test_a_closed_tab_loses_nothing(open_context: OpenContext, site: Site) -> None:
    context = open_context()
    page = context.new_page()
    start(page, site)
    press(page, "a", "b", "b")
    page.close()

    page = context.new_page()
    start(page, site)

    assert badges(page) == ["A", "B", "B", ""]


def test_answers_given_while_the_server_is_away_arrive_later(
    open_context: OpenContext, site: Site
) -> None:
    context = open_context()
    page = context.new_page()
    start(page, site)
    context.set_offline(True)
    press(page, "a", "a")
    expect(page.locator("#saved")).to_have_text("Not saved yet: trying again")

    context.set_offline(False)

    expect_saved(page)
    assert site.queued("s/1").answers == ["A", "A", "", ""]


def test_answers_of_a_tab_that_closed_while_the_server_was_away_come_back(
    open_context: OpenContext, site: Site
) -> None:
    context = open_context()
    page = context.new_page()
    start(page, site)
    context.set_offline(True)
    press(page, "a", "b")
    expect(page.locator("#saved")).to_have_text("Not saved yet: trying again")
    page.close()

    context.set_offline(False)
    page = context.new_page()
    start(page, site)

    assert badges(page) == ["A", "B", "", ""]
    expect_saved(page)
    assert site.queued("s/1").answers == ["A", "B", "", ""]


def test_two_people_at_once_get_different_sets(open_context: OpenContext, site: Site) -> None:
    ann, bob, cem = (open_context().new_page() for _ in range(3))
    start(ann, site)
    bob.goto(site.path("/label"))
    expect_set(bob, 2)
    cem.goto(site.path("/label"))

    expect(cem.get_by_text("Somebody else is at the rest")).to_be_visible()

    press(ann, "a", "a", "a", "a")
    press(bob, "a", "b", "c")
    expect_saved(ann)
    expect_saved(bob)
    assert site.answers() == {"s/1": ["A", "A", "A", "A"], "s2": ["A", "B", "C"]}


def test_two_tabs_of_one_person_do_not_overwrite_each_other(
    open_context: OpenContext, site: Site
) -> None:
    context = open_context()
    older, newer = context.new_page(), context.new_page()
    start(older, site)
    start(newer, site)
    press(newer, "b")
    expect_saved(newer)

    press(older, "a")

    expect(older.locator(".deal tbody .badge").first).to_have_text("B")
    assert site.queued("s/1").answers == ["B", "", "", ""]


def test_a_person_can_go_back_and_change_an_answer(page: Page, site: Site) -> None:
    start(page, site)
    press(page, "a", "a", "b", "c", "Enter")
    expect_set(page, 2)

    page.get_by_role("link", name="Previous set").click()
    expect_set(page, 1)
    press(page, "b", "Enter")

    expect_set(page, 2)
    assert site.queued("s/1").answers == ["B", "A", "B", "C"]


def test_what_a_cell_holds_is_shown_as_text_and_never_runs(page: Page, site: Site) -> None:
    start(page, site)

    expect(page.get_by_text(HOSTILE)).to_be_visible()
    press(page, "ArrowDown", "ArrowDown", "ArrowDown")
    expect(page.get_by_text(HOSTILE)).to_be_visible()
    assert page.evaluate("window.hacked") is None
    assert page.locator(".deal img, .deal script").count() == 0


def test_differences_to_the_row_in_hand_are_marked(page: Page, site: Site) -> None:
    start(page, site)
    second, third = (page.locator(".deal tbody tr").nth(row) for row in (1, 2))

    assert second.locator("mark").all_text_contents() == ["e", ""]
    expect(third.locator("td").nth(2)).to_have_class("other")
    assert page.locator(".deal tbody tr").nth(0).locator("mark").count() == 0

    page.get_by_role("button", name="Differences").click()
    expect(page.locator("#deal")).to_have_attribute("data-differences", "off")


def test_nothing_the_model_thinks_is_on_the_page(page: Page, site: Site) -> None:
    """Who sees a score labels the score."""
    start(page, site)

    shown = page.locator("main").inner_text().lower()

    assert not [word for word in ("score", "probability", "confidence", "f1") if word in shown]


def test_the_screen_reader_hears_what_each_key_did(page: Page, site: Site) -> None:
    start(page, site)

    press(page, "a")

    expect(page.locator("#spoken")).to_have_text("Row 1: group A")
