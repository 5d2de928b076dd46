"""Label files handed in and taken out in a browser."""

from __future__ import annotations

import csv
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.web.conftest import COLUMNS, HOSTILE, PEOPLE, Site, hold_back

HEADER = ["labeling_set_id", "label", *COLUMNS]


def write(path: Path, *rows: list[str], header: list[str] = HEADER) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def choose(page: Page, site: Site, path: Path) -> None:
    page.goto(site.path())
    page.locator("#file").set_input_files(path)


def test_a_bad_file_is_refused_with_its_lines_and_nothing_starts(
    page: Page, site: Site, tmp_path: Path
) -> None:
    rows = [["s1", "A", "1", "Ann", "", ""], ["", "A", "2", "Ann", "", ""], ["s1", "A", "3"]]
    choose(page, site, write(tmp_path / "bad.csv", *rows))

    refused = page.locator("#refused")
    expect(refused).to_contain_text("Line 3, column labeling_set_id: no value")
    expect(refused).to_contain_text("Line 4: 3 cells instead of 6")
    assert site.core.store.task_runs.find(site.transform_id).rows == []


def test_a_file_chosen_before_the_script_is_there_is_sent_all_the_same(
    page: Page, site: Site, tmp_path: Path
) -> None:
    arrive = hold_back(page, "files.js")
    page.goto(site.path(), wait_until="commit")
    page.locator("#file").set_input_files(write(tmp_path / "bad.csv", header=["label"]))

    arrive()

    expect(page.locator("#refused")).to_be_visible()


def test_the_words_of_a_bad_file_never_become_markup(
    page: Page, site: Site, tmp_path: Path
) -> None:
    choose(page, site, write(tmp_path / "bad.csv", header=["labeling_set_id", "label", HOSTILE]))

    expect(page.locator("#refused")).to_contain_text("onerror=")
    assert page.evaluate("window.hacked") is None


def test_a_file_in_another_encoding_says_which_byte_is_wrong(
    page: Page, site: Site, tmp_path: Path
) -> None:
    path = tmp_path / "excel.csv"
    path.write_bytes(",".join(HEADER).encode() + b"\ns1,A,1,J\xf6rg,,\n")

    choose(page, site, path)

    expect(page.locator("#refused")).to_contain_text("byte 0xF6 is not UTF-8")


def test_a_dropped_file_starts_an_import_of_exactly_that_file(
    page: Page, site: Site, tmp_path: Path
) -> None:
    path = write(tmp_path / "good.csv", ["s1", "A", "1", "Ann", "", ""])
    page.goto(site.path())
    page.locator("#replace").check()

    transfer = page.evaluate_handle(
        """text => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([text], "good.csv", { type: "text/csv" }));
            return transfer;
        }""",
        path.read_text(),
    )
    page.dispatch_event("#drop", "drop", {"dataTransfer": transfer})

    page.wait_for_url("**/learned")
    run = site.core.store.task_runs.find(site.transform_id).rows[0]
    assert (run.task_type, run.properties["Replace"]) == ("IMPORT_LABELS", True)
    sent = Path(run.properties["InputS3Path"].removeprefix("file://"))
    assert sent.read_text().splitlines() == path.read_text().splitlines()


def test_the_sets_come_out_as_a_label_file_with_the_answers_so_far(page: Page, site: Site) -> None:
    page.goto(site.path("/label"))
    expect(page.locator(".deal tbody tr:focus")).to_have_count(1)
    for key in "aab?":
        page.keyboard.press(key)
    expect(page.locator("#saved")).to_have_text("Saved")

    page.goto(site.path())
    with page.expect_download() as download:
        page.get_by_role("link", name="Sets to label").click()

    with download.value.path().open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows[0] == HEADER
    assert [row[:2] for row in rows[1:5]] == [["s/1", "A"], ["s/1", "A"], ["s/1", "B"], ["s/1", ""]]
    assert rows[4][2:] == list(PEOPLE[3].values())
