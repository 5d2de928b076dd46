"""Sixteen clients at once, each of whom knows what every answer must be."""

from __future__ import annotations

from benchmarks.endpoint_load import Tally, load, resident_mb
from tests.http.server_process import serve
from tests.http.serving import KEY_ID, SECRET

ROUNDS = ["boto3", "lean", "lean", "lean", "lean"]
REQUESTS = 2000
REFUSALS = {
    "AlreadyExistsException",
    "EntityNotFoundException",
    "IdempotentParameterMismatchException",
    "MLTransformNotReadyException",
    "ValidationException",
}


def test_ten_thousand_requests_get_no_wrong_answer_and_leave_memory_flat(tmp_path, monkeypatch):
    """boto3's clients for a start, then cheaper ones; the first rounds fill the server's caches."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY_ID)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    variables = {
        "GLUEML_ACCESS_KEY_ID": KEY_ID,
        "GLUEML_SECRET_ACCESS_KEY": SECRET,
        "GLUEML_MAX_TRANSFORMS": "1000",
    }

    tally, memory_mb = Tally(), []
    with serve(tmp_path / "store", **variables) as server:
        for number, kind in enumerate(ROUNDS):
            tally.add(load(server.url, REQUESTS, range(16), f"round-{number}", 16, kind))
            memory_mb.append(resident_mb(server.url))

    assert tally.wrong == []
    assert sum(map(len, tally.seconds.values())) >= len(ROUNDS) * REQUESTS
    # Among them no InternalServiceException, which is the API's 500.
    assert {code for _, code in tally.errors} <= REFUSALS
    assert max(memory_mb[2:]) - memory_mb[1] < 8, memory_mb
