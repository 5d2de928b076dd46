"""Clients that are not made of Python: what they send, replayed as it was on the wire."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from http.client import HTTPResponse
from pathlib import Path
from typing import Any

import pytest

from glueml_core.api import Core
from glueml_core.http.signatures import Verifier
from glueml_core.store import Store
from tests.http.conftest import RunnerWithoutHands
from tests.http.serving import KEY_ID, SECRET, serving

# aws-sdk-go-v2 1.17.1 at work against `glueml serve`: create, read, update and tag as Terraform's
# provider does with the same library, delete, and create again under the same name at once.
RECORDED = json.loads(Path(__file__).with_name("recorded_go_sdk.json").read_text())
HEADERS = [dict(line.split(": ", 1) for line in one["head"][1:]) for one in RECORDED]
SENT_ON = datetime.strptime(HEADERS[0]["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


@pytest.fixture
def core(settings) -> Iterator[Core]:
    """A store that gives the ids which it gave when this was recorded."""
    ids = [json.loads(one["answer"]).get("TransformId") for one in RECORDED if one["answer"]]
    given = iter(dict.fromkeys(found for found in ids if found))
    store = Store.open(settings, clock=lambda: SENT_ON, new_id=lambda _: next(given))
    yield Core(store, settings, RunnerWithoutHands())
    store.close()


@pytest.fixture
def url(core: Core, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server whose clock shows what it showed then: the signatures are of that day."""
    verifier = partial(Verifier, now=lambda: SENT_ON)
    monkeypatch.setattr("glueml_core.http.app.Verifier", verifier)
    with serving(core, {KEY_ID: SECRET}) as address:
        yield address


def replayed(url: str) -> list[tuple[int, dict[str, Any]]]:
    """Status and body of each answer, all requests over one connection."""
    host, port = re.findall(r"//(.*):(\d+)", url)[0]
    answers = []
    with socket.create_connection((host, int(port))) as connection:
        for one in RECORDED:
            connection.sendall(("\r\n".join(one["head"]) + "\r\n\r\n" + one["body"]).encode())
            answer = HTTPResponse(connection)
            answer.begin()
            assert answer.getheader("Content-Encoding") is None
            answers.append((answer.status, json.loads(answer.read())))
    return answers


def test_the_go_sdk_gets_the_answers_that_it_understood(url):
    """Its signatures hold, over headers that boto3 does not sign."""
    answers = replayed(url)

    assert [status for status, _ in answers] == [one["status"] for one in RECORDED]
    for (_, answer), one in zip(answers, RECORDED, strict=True):
        recorded = json.loads(one["answer"])
        moments = {"CreatedOn", "LastModifiedOn"}
        assert {k: v for k, v in answer.items() if k not in moments} == {
            k: v for k, v in recorded.items() if k not in moments
        }


def test_the_recording_has_the_habits_that_other_clients_lack():
    assert all("amz-sdk-invocation-id;amz-sdk-request" in h["Authorization"] for h in HEADERS)
    assert all(h["Accept-Encoding"] == "gzip" for h in HEADERS)
    assert '"MaxCapacity":10,' in RECORDED[2]["body"]
    assert '"PrecisionRecallTradeoff":0,' in RECORDED[2]["body"]
    assert '"arn:aws:glue:us-east-1::mlTransform/' in RECORDED[4]["body"]
    names = [h["X-Amz-Target"].partition(".")[2] for h in HEADERS]
    assert names[-3:] == ["DeleteMLTransform", "GetMLTransform", "CreateMLTransform"]
