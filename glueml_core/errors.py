"""The errors a caller can act on, named as the Glue service model names them."""

from __future__ import annotations

from typing import Self


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
    """Too many task runs are active; counts include the one that was refused."""

    @classmethod
    def of_transform(cls, count: int, limit: int) -> Self:
        """The transform has too many."""
        return cls(
            f"ML Task Runs count {count} has exceeded the transform limit of {limit} task runs."
        )

    @classmethod
    def of_account(cls, count: int, limit: int) -> Self:
        """The account has too many."""
        return cls(f"ML Task Runs count {count} has exceeded the limit of {limit} task runs.")


class EntityNotFoundException(GlueError):
    """The caller named something that does not exist."""

    @classmethod
    def transform(cls, account_id: str, transform_id: str) -> Self:
        """No such transform."""
        return cls(f"Cannot find MLTransform in account {account_id} with handle {transform_id}.")

    @classmethod
    def transform_to_delete(cls, account_id: str, transform_id: str) -> Self:
        """No such transform, as only DeleteMLTransform says it: without the period."""
        return cls(f"Cannot find MLTransform in account {account_id} with handle {transform_id}")

    @classmethod
    def task_run(cls, account_id: str, transform_id: str, task_run_id: str) -> Self:
        """No such task run of that transform."""
        return cls(
            f"No ML Task Run found for {task_run_id}: in account {account_id} "
            f"for transform {transform_id}."
        )

    @classmethod
    def labels(cls, account_id: str, transform_id: str) -> Self:
        """The transform has no labels to export."""
        return cls(f"No labelset exists for transformId {transform_id} in account id {account_id}.")


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


class SerializationException(GlueError):
    """The request's body is not JSON, or a value in it is of another type than the model's."""


class UnknownOperationException(GlueError):
    """The request names no operation that is served here."""
