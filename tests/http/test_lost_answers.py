"""An answer that never reaches its client: the client asks again, and nothing is done twice."""

from __future__ import annotations

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from glueml_core.http.app import build_app
from tests.http.conftest import people_table, people_transform
from tests.http.serving import KEY_ID, SECRET, glue_client, listening


class LosesAnswers:
    """
    Stands between client and server: the request arrives, the answer does not.

    Args:
        app: The server.
        times: How many answers are lost.
        instead: The status that the client sees; None: the line is cut.
    """

    def __init__(self, app: ASGIApp, times: int, instead: int | None) -> None:
        self.app, self.left, self.instead = app, times, instead

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self.left == 0:
            await self.app(scope, receive, send)
            return

        self.left -= 1

        async def swallow(_message: object) -> None:
            pass

        await self.app(scope, receive, swallow)
        if self.instead is None:
            # ASGI has no word for it, so ask uvicorn's own end of the line.
            send.__self__.transport.abort()
            return
        await send({"type": "http.response.start", "status": self.instead, "headers": []})
        await send({"type": "http.response.body", "body": b""})


@pytest.fixture
def losing(core):
    """A client whose answers get lost when it is told so."""
    middle = LosesAnswers(build_app(core, {KEY_ID: SECRET}), 0, 500)
    with listening(middle) as url:
        client = glue_client(url)
        client.create_database(DatabaseInput={"Name": "db"})
        client.create_table(DatabaseName="db", TableInput=people_table("people"))
        yield client, middle


@pytest.mark.behavior(14)
@pytest.mark.parametrize("instead", [500, 503, None], ids=["500", "503", "cut line"])
def test_a_create_whose_answers_get_lost_makes_one_transform(losing, instead):
    glue, middle = losing
    middle.left, middle.instead = 2, instead

    created = glue.create_ml_transform(**people_transform("people"))["TransformId"]

    assert middle.left == 0
    assert glue.list_ml_transforms()["TransformIds"] == [created]


@pytest.mark.behavior(14, 15)
def test_a_create_that_somebody_changed_meanwhile_is_not_taken_for_the_same(losing):
    glue, _ = losing
    glue.create_ml_transform(**people_transform("people"))

    with pytest.raises(glue.exceptions.IdempotentParameterMismatchException):
        glue.create_ml_transform(**people_transform("people"), MaxRetries=3)
