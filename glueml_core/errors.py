"""The errors a caller can act on, named as the Glue service model names them."""

from __future__ import annotations


class GlueError(Exception):
    """
    An error that has a shape in the Glue service model.

    The class name is the error code on the wire, so the two cannot drift apart.
    """

    @property
    def code(self) -> str:
        """The code a client reads, as in `client.exceptions.<code>`."""
        return type(self).__name__


class AccessDeniedException(GlueError):
    """The caller's credentials do not allow the operation."""


class AlreadyExistsException(GlueError):
    """A resource of that name is there already."""


class ConcurrentModificationException(GlueError):
    """Two callers changed the same thing at once; the caller may try again."""


class ConcurrentRunsExceededException(GlueError):
    """Too many task runs are active."""


class EntityNotFoundException(GlueError):
    """The caller named something that does not exist."""


class IdempotentParameterMismatchException(GlueError):
    """A create was sent again under the same name with other parameters."""


class InternalServiceException(GlueError):
    """The service failed; nothing was changed, and the caller may try again."""


class InvalidInputException(GlueError):
    """The request is well-formed, and means something that cannot be done."""


class MLTransformNotReadyException(GlueError):
    """The transform has not been taught yet."""

    def __init__(self) -> None:
        super().__init__(
            "This operation can only be applied to a transform that is in a READY state."
        )


class OperationTimeoutException(GlueError):
    """The operation took longer than it may."""


class ResourceNumberLimitExceededException(GlueError):
    """A quota is used up."""


class ValidationException(GlueError):
    """The request breaks a constraint of the service model."""
