"""Signing in, with the access keys that the endpoint knows, and out."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from glueml_core.web.sessions import COOKIE
from glueml_core.web.visit import Visit, keep_session

__all__ = ["ask", "sign_in", "sign_out"]

HOME = "/transforms"


def ask(visit: Visit) -> Response:
    """The form."""
    return visit.page("sign_in.html", to=_local(visit.query.get("to", HOME)), failed=False)


def sign_in(visit: Visit) -> Response:
    """On to the page that was asked for, or the form once more."""
    to = _local(visit.fields.get("to", HOME))
    person = visit.desk.sessions.sign_in(
        visit.fields.get("access_key_id", ""), visit.fields.get("secret_access_key", "")
    )
    if person is None:
        return visit.page("sign_in.html", 403, to=to, failed=True)

    response = RedirectResponse(to, 303)
    keep_session(response, visit.desk, person)
    return response


def sign_out(visit: Visit) -> Response:
    """Forget the session."""
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return response


def _local(path: str) -> str:
    # Two slashes, or a backslash that browsers take for one, would lead to another site.
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else HOME
