"""A real server of pages over a socket, and a real browser in front of it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect, sync_playwright

from glueml_core.api import Core
from glueml_core.settings import Settings
from glueml_core.store import QueuedSet, Store, TransformSpec
from glueml_core.tasks.runner import ProcessRunner
from glueml_core.web import build_site
from tests.waiting import wait_for

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# How long anything may take before it counts as never: a busy machine is no fault of a page.
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)

COLUMNS = ["id", "name", "street", "city"]
# What a hostile table may hold: markup, a script, a formula, a closing attribute.
HOSTILE = '<img src=x onerror="window.hacked = true"><script>window.hacked = true</script>\'"'
PEOPLE = [
    {"id": "1", "name": "Ann Miller", "street": "1 High Street", "city": "Ely"},
    {"id": "2", "name": "Anne Miller", "street": "1 High St", "city": "Ely"},
    {"id": "3", "name": "Bob Stone", "street": "7 Mill Lane", "city": ""},
    {"id": "4", "name": HOSTILE, "street": "=cmd()", "city": "Ely"},
]


@dataclass(frozen=True)
class Site:
    """A server, and what stands behind it."""

    url: str
    core: Core
    transform_id: str

    def path(self, part: str = "") -> str:
        return f"{self.url}/transforms/{self.transform_id}{part}"

    def answers(self) -> dict[str, list[str]]:
        sets = self.core.store.labeling_queue.find(self.transform_id)
        return {queued.labeling_set_id: list(queued.answers) for queued in sets}

    def queued(self, set_id: str) -> QueuedSet:
        return self.core.store.labeling_queue.get(self.transform_id, set_id)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Opens browsers that know nothing of each other; a page that logs an error fails the test."""
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def open_one(**options: Any) -> BrowserContext:
        context = browser.new_context(**options)
        context.set_default_timeout(PATIENCE_MS)
        context.on("weberror", lambda error: problems.append(str(error.error)))
        contexts.append(context)
        return context

    yield open_one
    for context in contexts:
        context.close()
    assert problems == []


@pytest.fixture
def page(open_context: Callable[..., BrowserContext]) -> Page:
    return open_context().new_page()


def hold_back(page: Page, script: str) -> Callable[[], None]:
    """A line on which `script` does not arrive before what this gives is called."""
    held: list[Route] = []
    page.route(f"**/{script}", lambda route: held.append(route))

    def arrive() -> None:
        wait_for(lambda: held or page.wait_for_timeout(10))
        held.pop().continue_()

    return arrive


@pytest.fixture
def core(settings: Settings) -> Iterator[Core]:
    store = Store.open(settings)
    yield Core(store, settings, ProcessRunner(settings, store))
    store.close()


@pytest.fixture
def serve() -> Iterator[Callable[[Core, dict[str, str]], str]]:
    """Serves a core's endpoint and pages; gives the address."""
    running: list[tuple[uvicorn.Server, threading.Thread]] = []

    def start(core: Core, keys: dict[str, str]) -> str:
        listening = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(build_site(core, keys), log_config=None, ws="none")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        running.append((server, thread))
        return f"http://127.0.0.1:{listening.getsockname()[1]}"

    yield start
    for server, thread in running:
        server.should_exit = True
        thread.join(10)


def add_transform(core: Core, name: str = "people", columns: list[str] = COLUMNS) -> str:
    spec = TransformSpec(
        name=name,
        input_record_tables=[{"DatabaseName": "db", "TableName": name}],
        primary_key_column=columns[0],
        precision_recall_tradeoff=0.5,
        accuracy_cost_tradeoff=0.5,
        enforce_provided_labels=False,
        schema=[{"Name": column, "DataType": "string"} for column in columns],
        role="arn:aws:iam::000000000000:role/any",
        glue_version="0.9",
        timeout_minutes=60,
        max_retries=0,
    )
    return core.store.transforms.add(spec, {}, 100).id


@pytest.fixture
def site(core: Core, serve: Callable[[Core, dict[str, str]], str]) -> Site:
    """A server without keys, with a transform that has two sets to label."""
    transform_id = add_transform(core)
    core.store.labeling_queue.add(transform_id, {"s/1": PEOPLE, "s2": PEOPLE[:3]})
    return Site(serve(core, {}), core, transform_id)
