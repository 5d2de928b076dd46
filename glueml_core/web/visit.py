"""A visit: one request to a page, checked, and how it becomes an answer."""

from __future__ import annotations

import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from anyio import CapacityLimiter, to_thread
from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from glueml_core.api.core import Core
from glueml_core.errors import (
    AccessDeniedException,
    ConcurrentModificationException,
    EntityNotFoundException,
    GlueError,
    InvalidInputException,
)
from glueml_core.http.body import Bounds, read_body
from glueml_core.http.refusals import RequestEntityTooLargeException
from glueml_core.web.sessions import COOKIE, LASTS_S, Person, Sessions

__all__ = ["Desk", "Handler", "Visit", "endpoint", "keep_session"]

_MB = 2**20
_STATUS = {
    AccessDeniedException: 403,
    EntityNotFoundException: 404,
    ConcurrentModificationException: 409,
    RequestEntityTooLargeException: 413,
}


@dataclass(frozen=True)
class Desk:
    """
    What every page works with.

    Args:
        core: What answers behind every door.
        sessions: Who is at which browser.
        templates: What pages are made with.
        threads: How many requests are worked on at once.
    """

    core: Core
    sessions: Sessions
    templates: Environment
    threads: CapacityLimiter


@dataclass(frozen=True)
class Visit:
    """
    One request, for a handler that may block.

    Args:
        desk: The core and what pages are made with.
        person: Who asks.
        path: The path's variable parts by name.
        query: The query's values by name.
        fields: A form's or a JSON object's values by name; empty for any other body.
        body: The body as it came.
    """

    desk: Desk
    person: Person
    path: Mapping[str, str]
    query: Mapping[str, str]
    fields: Mapping[str, Any] = field(default_factory=dict)
    body: bytes = b""

    @property
    def core(self) -> Core:
        """What answers behind every door."""
        return self.desk.core

    @property
    def transform_id(self) -> str:
        """The transform whose page this is."""
        return self.path["transform_id"]

    def number(self, value: Any) -> int:
        """A whole number that was sent, in a query, a form or as JSON."""
        try:
            return int(value)
        except (TypeError, ValueError) as error:
            raise InvalidInputException("A whole number was expected.") from error

    def page(self, template: str, status: int = 200, **context: Any) -> Response:
        """A page made from a template."""
        own = {
            "person": self.person,
            "csrf_token": self.desk.sessions.csrf_token(self.person),
            "transform": None,
            "here": None,
        }
        text = self.desk.templates.get_template(template).render(own | context)
        return HTMLResponse(text, status)

    def go(self, part: str = "") -> Response:
        """On to a page of the same transform, after a form has done its work."""
        return RedirectResponse(f"/transforms/{self.transform_id}{part}", 303)


Handler = Callable[[Visit], Response]


def endpoint(
    desk: Desk, handler: Handler, *, open_to_all: bool = False
) -> Callable[[Request], Awaitable[Response]]:
    """
    What Starlette calls for a route: lets in, checks the form, has `handler` answer in a thread.

    Args:
        desk: The core and what pages are made with.
        handler: Makes the answer.
        open_to_all: Nobody needs to have signed in.
    """

    async def answer(request: Request) -> Response:
        person = desk.sessions.read(request.cookies.get(COOKIE, ""))
        if person is None:
            if desk.sessions.keys and not open_to_all:
                return _to_sign_in(request)
            person = desk.sessions.begin(None)

        visit = Visit(desk, person, request.path_params, dict(request.query_params))
        try:
            if request.method == "POST":
                visit = await _with_body(visit, request, open_to_all)
            response = await to_thread.run_sync(handler, visit, limiter=desk.threads)
        except GlueError as error:
            response = _refusal(visit, error, _is_json(request))
        if "set-cookie" not in response.headers and desk.sessions.knows(person):
            keep_session(response, desk, person)
        return response

    return answer


def keep_session(response: Response, desk: Desk, person: Person) -> None:
    """Have the browser remember a person, out of reach for scripts and for other sites."""
    cookie = desk.sessions.cookie(person)
    response.set_cookie(COOKIE, cookie, max_age=LASTS_S, httponly=True, samesite="strict")


def _to_sign_in(request: Request) -> Response:
    if request.method != "GET":
        return JSONResponse({"message": "You are not signed in any more."}, 401)
    return RedirectResponse(f"/sign-in?to={quote(request.url.path)}", 303)


async def _with_body(visit: Visit, request: Request, open_to_all: bool) -> Visit:
    """The visit with what was sent; AccessDeniedException unless one of our pages sent it."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise AccessDeniedException("This form was sent by another site.")

    most = (visit.core.settings.max_label_file_mb + 1) * _MB
    body = await read_body(request, Bounds(body_bytes=most))
    fields = _fields(request, body)
    token = request.headers.get("x-csrf-token") or str(fields.get("csrf_token", ""))
    expected = visit.desk.sessions.csrf_token(visit.person)
    # Who signs in has no session yet that a foreign form could use.
    if not open_to_all and not hmac.compare_digest(token.encode(), expected.encode()):
        raise AccessDeniedException("This page is too old. Reload it and try again.")
    return replace(visit, fields=fields, body=body)


def _is_json(request: Request) -> bool:
    wanted = request.headers.get("accept", ""), request.headers.get("content-type", "")
    return any(kind.startswith("application/json") for kind in wanted)


def _fields(request: Request, body: bytes) -> Mapping[str, Any]:
    kind = request.headers.get("content-type", "")
    try:
        if kind.startswith("application/json"):
            fields = json.loads(body)
            return fields if isinstance(fields, dict) else {}
        if kind.startswith("application/x-www-form-urlencoded"):
            return dict(parse_qsl(body.decode(), keep_blank_values=True))
    except ValueError as error:
        raise InvalidInputException("The request's body cannot be read.") from error
    return {}


def _refusal(visit: Visit, error: GlueError, as_json: bool) -> Response:
    status = _STATUS.get(type(error), 400)
    if as_json:
        return JSONResponse({"code": error.code, "message": str(error)}, status)
    back = f"/transforms/{visit.path['transform_id']}" if "transform_id" in visit.path else "/"
    if isinstance(error, ConcurrentModificationException):
        back += "/label"
    return visit.page("error.html", status, error=error, back="/" if status == 404 else back)
