"""The pages as an ASGI application: which address shows what."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from anyio import CapacityLimiter
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from glueml_core.api.core import Core
from glueml_core.http.app import build_app
from glueml_core.web import label_files, labeling, overview, quality, review, sign_in, task_runs
from glueml_core.web.guard import Guard
from glueml_core.web.rendering import templates
from glueml_core.web.sessions import Sessions
from glueml_core.web.visit import Desk, Handler, endpoint

__all__ = ["build_pages", "build_site"]

# With the endpoint's own threads they leave the store's pool a connection for each.
AT_ONCE = 3

_OPEN: dict[tuple[str, str], Handler] = {
    ("GET", "/sign-in"): sign_in.ask,
    ("POST", "/sign-in"): sign_in.sign_in,
}

_PAGES: dict[tuple[str, str], Handler] = {
    ("GET", "/"): overview.home,
    ("POST", "/sign-out"): sign_in.sign_out,
    ("GET", "/transforms"): overview.list_transforms,
}

_TRANSFORM_PAGES: dict[tuple[str, str], Handler] = {
    ("GET", ""): overview.show_transform,
    ("GET", "/label"): labeling.next_set,
    ("POST", "/labeling-sets"): labeling.generate,
    ("POST", "/teach"): labeling.teach,
    ("POST", "/label/{labeling_set_id:path}/lease"): labeling.lease,
    ("GET", "/label/{labeling_set_id:path}"): labeling.show_set,
    ("POST", "/label/{labeling_set_id:path}"): labeling.save,
    ("GET", "/labels.csv"): label_files.download_labels,
    ("GET", "/labeling-sets.csv"): label_files.download_sets,
    ("POST", "/labels"): label_files.upload,
    ("GET", "/learned"): quality.learned,
    ("GET", "/review"): review.show_clusters,
    ("POST", "/matches"): review.match,
    ("POST", "/review/{match_id:int}/wrong"): review.correct,
    ("POST", "/review/{match_id:int}/right"): review.approve,
    ("GET", "/quality"): quality.show_quality,
    ("POST", "/evaluate"): quality.evaluate,
    ("POST", "/tradeoff"): quality.change_tradeoff,
    ("GET", "/runs"): task_runs.list_runs,
    ("GET", "/runs/{task_run_id}"): task_runs.show_run,
    ("GET", "/runs/{task_run_id}/progress"): task_runs.progress,
    ("POST", "/runs/{task_run_id}/cancel"): task_runs.cancel,
}


def build_site(core: Core, keys: Mapping[str, str]) -> Starlette:
    """The endpoint with the pages beside it, for who has one of `keys`; see `build_pages`."""
    site = build_app(core, keys)
    site.router.routes.append(Mount("", build_pages(core, keys)))
    return site


def build_pages(core: Core, keys: Mapping[str, str]) -> ASGIApp:
    """
    All pages, for the root of a server.

    Args:
        core: What stands behind them.
        keys: Secret access key by access key id, to sign in with; where there are none, only this
            machine is let in, and nobody is asked who they are.
    """
    sessions = Sessions.of(keys, core.settings.store)
    desk = Desk(core, sessions, templates(), CapacityLimiter(AT_ONCE))
    routes: list[BaseRoute] = [
        Mount("/static", StaticFiles(directory=Path(__file__).parent / "static"))
    ]
    for (method, path), handler in _OPEN.items():
        routes.append(Route(path, endpoint(desk, handler, open_to_all=True), methods=[method]))
    for (method, path), handler in _PAGES.items():
        routes.append(Route(path, endpoint(desk, handler), methods=[method]))
    for (method, path), handler in _TRANSFORM_PAGES.items():
        whole = "/transforms/{transform_id}" + path
        routes.append(Route(whole, endpoint(desk, handler), methods=[method]))
    routes.append(Route("/{path:path}", endpoint(desk, overview.nowhere)))
    return Guard(Starlette(routes=routes), loopback_only=not keys)
