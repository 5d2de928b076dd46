"""What every test may ask for: a store's settings, and a real S3 server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest
from moto.server import ThreadedMotoServer

from glueml_core.settings import Settings

# As in the workers of task runs: LightGBM's threads sleep while they wait for each other.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Spark's module first: it is the longest, and would keep one worker when all else is done."""
    items.sort(key=lambda item: "spark" not in item.path.parts)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a store of its own; `file://` may name anything in the test's own folder."""
    return Settings(store=tmp_path / "store", file_roots=(tmp_path,))


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """The address of moto's S3, over a socket."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3(s3_server: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A boto3 client of that server, where the environment names it for everybody."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", s3_server)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    return boto3.client("s3", region_name="us-east-1")


@pytest.fixture
def bucket(s3: Any) -> str:
    """A fresh bucket in us-east-1."""
    name = f"bucket-{uuid4()}"
    s3.create_bucket(Bucket=name)
    return name
