"""Holding a process where it stands."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import psutil

__all__ = ["hold"]


def hold(process: psutil.Process, folder: Path) -> None:
    """
    Suspend a process that works on a folder with SQLite's databases, but not while it writes there.

    In the middle of a write, such as telling its progress, it would keep everybody from writing.
    """
    process.suspend()
    while not _writable(folder):
        process.resume()
        time.sleep(0.02)
        process.suspend()


def _writable(folder: Path) -> bool:
    return all(_takes_a_writer(database) for database in folder.rglob("*.db"))


def _takes_a_writer(database: Path) -> bool:
    with closing(sqlite3.connect(database, timeout=0.1)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
    return True
