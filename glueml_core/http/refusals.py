"""The errors of the door: AWS documents them for every service, Glue's model leaves them out."""

from __future__ import annotations

from glueml_core.errors import GlueError

__all__ = [
    "AuthenticationError",
    "DoorError",
    "IncompleteSignatureException",
    "InvalidSignatureException",
    "MissingAuthenticationTokenException",
    "RequestEntityTooLargeException",
    "RequestTimeoutException",
    "ServiceUnavailableException",
    "UnrecognizedClientException",
]


class DoorError(GlueError):
    """A request that was turned away before anybody asked what it means."""


class AuthenticationError(DoorError):
    """Nobody we know sent this request."""


class MissingAuthenticationTokenException(AuthenticationError):
    """The request is not signed."""


class IncompleteSignatureException(AuthenticationError):
    """The signature does not have the form of Signature Version 4."""


class InvalidSignatureException(AuthenticationError):
    """The signature is not this request's, not this key's, or not of this time and place."""


class UnrecognizedClientException(AuthenticationError):
    """The access key is not one of ours."""

    def __init__(self) -> None:
        super().__init__("The security token included in the request is invalid.")


class RequestEntityTooLargeException(DoorError):
    """The body is longer than a request may be."""


class RequestTimeoutException(DoorError):
    """The body did not arrive in time; the client may try again."""


class ServiceUnavailableException(DoorError):
    """The server is about to stop, or has more to do than it can; the client may try again."""
