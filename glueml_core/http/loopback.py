"""What stands in for keys on the operator's own machine: the loopback interface."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Mapping

from glueml_core.http.refusals import MissingAuthenticationTokenException

__all__ = ["is_loopback", "refuse_foreign_host"]


def is_loopback(host: str) -> bool:
    """Whether every address that `host` stands for is this machine's loopback interface."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False
    return all(ipaddress.ip_address(address[0]).is_loopback for *_, address in found)


def refuse_foreign_host(headers: Mapping[str, str]) -> None:
    """
    Let in requests that call this machine by a name of its own.

    A web page elsewhere can have its own name resolve to 127.0.0.1, and have a browser on this
    machine send requests here; its name is then in the Host header.
    """
    host = headers.get("host", "")
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    if name == "localhost" or name.endswith(".localhost") or _is_loopback_address(name.strip("[]")):
        return
    raise MissingAuthenticationTokenException(
        "Without access keys this server answers only to localhost."
    )


def _is_loopback_address(name: str) -> bool:
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
