"""The process that serves the endpoint: its socket, its start, its end."""

from __future__ import annotations

import socket
import sys
from collections.abc import Mapping

import uvicorn
from starlette.types import ASGIApp

from glueml_core.http.loopback import is_loopback

__all__ = ["OpenDoorError", "bind", "run"]

# urllib3 keeps idle connections; closing them first would race with the next request.
KEEP_ALIVE_S = 120
BACKLOG = 512
# How long a thread may keep the interpreter from one that waits for it. The loop that reads and
# writes sockets waits after every system call; Python's own 5 ms would be most of an answer's time.
SWITCH_S = 0.001


class OpenDoorError(Exception):
    """Without keys the server would answer to everyone on the network."""


def bind(host: str, port: int, secrets: Mapping[str, str]) -> socket.socket:
    """
    A listening socket; port 0 takes any free one.

    Raises:
        OpenDoorError: No keys, and `host` is not the loopback interface.
        OSError: The address is taken, or not this machine's.
    """
    if not secrets and not is_loopback(host):
        raise OpenDoorError(
            f"Without access keys everyone who reaches {host} could use this server. "
            "Set GLUEML_KEYS_FILE, or GLUEML_ACCESS_KEY_ID and GLUEML_SECRET_ACCESS_KEY, "
            "or bind 127.0.0.1."
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=BACKLOG)


def run(app: ASGIApp, listening: socket.socket, stop_timeout_s: int) -> None:
    """
    Serve `app` until SIGTERM or SIGINT, then answer what has been asked and return.

    Args:
        app: The ASGI application.
        listening: From `bind`.
        stop_timeout_s: How long requests under way may take to be answered at the end.
    """
    sys.setswitchinterval(SWITCH_S)
    config = uvicorn.Config(
        app,
        # Bounds the headers of a request, which httptools does not.
        http="h11",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=stop_timeout_s,
    )
    uvicorn.Server(config).run(sockets=[listening])
