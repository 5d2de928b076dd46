"""Who may see the pages, and what other sites cannot make a browser do."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import BrowserContext, expect

from glueml_core.api import Core
from tests.web.conftest import PEOPLE, Site, add_transform

KEY, SECRET = "AKIDTEST", "a/very+secret=key"


@pytest.fixture
def locked(core: Core, serve: Callable[[Core, dict[str, str]], str]) -> Site:
    """A server that asks for a key."""
    transform_id = add_transform(core)
    core.store.labeling_queue.add(transform_id, {"s1": PEOPLE})
    return Site(serve(core, {KEY: SECRET}), core, transform_id)


def token(client: httpx.Client, url: str) -> str:
    text = client.get(url).text
    return text.partition('name="csrf-token" content="')[2].partition('"')[0]


def test_a_key_of_the_endpoint_opens_the_page_that_was_asked_for(
    open_context: Callable[..., BrowserContext], locked: Site
) -> None:
    context = open_context()
    page = context.new_page()
    visited: list[str] = []
    page.on("request", lambda request: visited.append(request.url))
    page.goto(locked.path())

    page.get_by_label("Access key id").fill(KEY)
    page.get_by_label("Secret access key").fill(SECRET)
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("heading", name="people")).to_be_visible()
    assert not [url for url in visited if SECRET in url or "very" in url]
    cookie = context.cookies()[0]
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
    assert SECRET not in cookie["value"]

    page.get_by_role("button", name="Sign out").click()
    page.goto(locked.path())
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_wrong_key_opens_nothing(locked: Site) -> None:
    with httpx.Client(base_url=locked.url) as client:
        for key, secret in [(KEY, "wrong"), ("nobody", SECRET), ("nobody", ""), ("", "")]:
            form = {"access_key_id": key, "secret_access_key": secret}
            answer = client.post("/sign-in", data=form)

            assert answer.status_code == 403
            assert "glueml_session" not in answer.cookies


def test_every_page_asks_who_is_there(locked: Site) -> None:
    with httpx.Client(base_url=locked.url) as client:
        for part in ["", "/label", "/labels.csv", "/quality", "/runs", "/learned"]:
            answer = client.get(f"/transforms/{locked.transform_id}{part}")

            assert answer.headers["location"].startswith("/sign-in?to="), part
        assert client.post(f"/transforms/{locked.transform_id}/teach").status_code == 401


def test_a_forged_cookie_is_nobody(locked: Site) -> None:
    with httpx.Client(base_url=locked.url, cookies={"glueml_session": "WyJ4IiwiQUtJRCJd.a.b"}) as c:
        assert c.get("/transforms").status_code == 303


def test_signing_in_never_leads_to_another_site(locked: Site) -> None:
    with httpx.Client(base_url=locked.url) as client:
        for to in ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:1"]:
            form = {"access_key_id": KEY, "secret_access_key": SECRET, "to": to}
            answer = client.post("/sign-in", data=form)

            assert answer.headers["location"] == "/transforms"


def test_a_form_without_the_page_s_token_changes_nothing(site: Site) -> None:
    with httpx.Client(base_url=site.url) as client:
        right = token(client, "/transforms")
        for wrong in ["", "0" * 64, right[:-1]]:
            answer = client.post(site.path("/labeling-sets"), data={"csrf_token": wrong})
            assert answer.status_code == 403

    assert site.core.store.task_runs.find(site.transform_id).rows == []


def test_a_form_of_another_site_changes_nothing(site: Site) -> None:
    with httpx.Client(base_url=site.url) as client:
        form = {"csrf_token": token(client, "/transforms")}
        headers = {"Origin": "http://evil.example"}
        answer = client.post(site.path("/labeling-sets"), data=form, headers=headers)

    assert answer.status_code == 403
    assert site.core.store.task_runs.find(site.transform_id).rows == []


def test_without_keys_only_this_machine_by_its_own_name_is_let_in(site: Site) -> None:
    """Another site may have its own name lead here; the browser then sends that name."""
    with httpx.Client(base_url=site.url) as client:
        assert client.get("/transforms").status_code == 200
        assert client.get("/transforms", headers={"Host": "evil.example"}).status_code == 403


def test_pages_load_nothing_from_elsewhere_and_no_script_but_their_own(site: Site) -> None:
    with httpx.Client(base_url=site.url) as client:
        policy = client.get("/transforms").headers["content-security-policy"]

    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


def test_answers_that_are_none_are_refused_and_change_nothing(site: Site) -> None:
    with httpx.Client(base_url=site.url) as client:
        client.get(site.path("/label"), follow_redirects=True)
        headers = {"X-CSRF-Token": token(client, "/transforms")}
        for answers in [["A"], ["a", "", "", ""], ["<b>", "", "", ""], "AAAA", None, [1, 2, 3, 4]]:
            body = {"answers": answers, "version": 0}
            answer = client.post(site.path("/label/s%2F1"), json=body, headers=headers)
            assert answer.status_code == 400, answers

    assert site.queued("s/1").answers == ["", "", "", ""]
