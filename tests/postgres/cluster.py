"""A PostgreSQL of the tests' own: Debian's package, in a folder that goes away afterwards."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

import psycopg

DEBIAN_PACKAGES = Path("/usr/lib/postgresql")
USER = "postgres"


@dataclass(frozen=True)
class Cluster:
    """A PostgreSQL server in `folder` that listens on `port` of 127.0.0.1."""

    folder: Path
    port: int

    def url(self, database: str = USER) -> str:
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{database}"

    def create_database(self, name: str, like: str = "template1") -> str:
        """Make a database that begins as `like` is, and give its URL."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {like}")
        return self.url(name)

    def start(self) -> None:
        # Durability is PostgreSQL's own affair; what we test is what we do when it goes away.
        settings = "-c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
        options = f"-p {self.port} {settings}"
        log = str(self.folder / "log")
        run("pg_ctl", "-D", str(self.data), "-l", log, "-w", "-t", "60", "-o", options, "start")

    def stop(self) -> None:
        """End it at once, connections and all, as a crash would."""
        run("pg_ctl", "-D", str(self.data), "-w", "-m", "immediate", "stop")

    @property
    def data(self) -> Path:
        return self.folder / "data"


@contextmanager
def private_cluster() -> Iterator[Cluster]:
    """A running cluster; nothing of it is left afterwards."""
    folder = Path(mkdtemp(prefix="glueml-postgres-"))
    if os.geteuid() == 0:
        shutil.chown(folder, USER)
    try:
        cluster = Cluster(folder, free_port())
        run("initdb", "-D", str(cluster.data), "-U", USER, "-A", "trust", "-E", "UTF8", "--no-sync")
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop()
    finally:
        shutil.rmtree(folder)


def run(program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs, which refuse to run as root."""
    command = [str(programs() / program), *arguments]
    if os.geteuid() == 0 and getpass.getuser() != USER:
        command = ["runuser", "-u", USER, "--", *command]
    # The server inherits what it is started with: a pipe would never be closed.
    subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL, timeout=120)


def programs() -> Path:
    """The folder of the newest PostgreSQL that Debian's package has put here."""
    found = sorted(DEBIAN_PACKAGES.glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    if not found:
        raise FileNotFoundError(f"No PostgreSQL in {DEBIAN_PACKAGES}: apt-get install postgresql")
    return found[-1].parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
