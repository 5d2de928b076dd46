"""Sixteen clients at once, each of whom knows what every answer must be."""

from __future__ import annotations

from benchmarks.endpoint_load import load
from tests.http.serving import KEY_ID, SECRET, serving


def test_no_client_gets_a_wrong_answer(core, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY_ID)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)

    with serving(core, {KEY_ID: SECRET}) as url:
        tally = load(url, requests=1600, numbers=range(16), run="test", share=16)

    assert tally.wrong == []
    assert {code for _, code in tally.errors} <= {
        "AlreadyExistsException",
        "EntityNotFoundException",
        "IdempotentParameterMismatchException",
        "MLTransformNotReadyException",
        "ValidationException",
    }
