"""The operations that are served: one table, from their names on the wire to their functions."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from glueml_core.api import (
    catalog_databases,
    catalog_tables,
    evaluation,
    labeling,
    tagging,
    task_runs,
    transform_lists,
    transforms,
)
from glueml_core.api.service_model import Operation, operation_names
from glueml_core.errors import GlueError, UnknownOperationException

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from glueml_core.api.core import Core

    Handler = Callable[..., Mapping[str, Any]]

__all__ = ["call", "operations"]

_MODULES = (
    catalog_databases,
    catalog_tables,
    evaluation,
    labeling,
    tagging,
    task_runs,
    transform_lists,
    transforms,
)

# Any operation may answer with these, without the model saying so.
_COMMON_ERRORS = frozenset(
    {"AccessDeniedException", "SerializationException", "ValidationException"}
)


@cache
def operations() -> Mapping[str, tuple[Operation, Handler]]:
    """
    Each operation that is served with its function.

    A function serves the operation that boto3 calls by its name, so nothing is listed by hand.
    """
    functions = {name: getattr(module, name) for module in _MODULES for name in module.__all__}
    every = (Operation(name) for name in operation_names())
    return {op.name: (op, functions[op.python_name]) for op in every if op.python_name in functions}


def call(core: Core, name: str, body: bytes) -> bytes:
    """
    Answer one request: the operation's name, its JSON body; gives the answer's JSON body.

    Raises:
        GlueError: The caller can act on it; the model lists it for the operation, or it is common.
    """
    if name not in operations():
        raise UnknownOperationException(f"No operation {name} is served here.")

    operation, handler = operations()[name]
    arguments = operation.arguments(body)
    try:
        return operation.answer(handler(core, **arguments))
    except GlueError as error:
        if error.code not in operation.error_codes | _COMMON_ERRORS:
            raise RuntimeError(f"The model does not let {name} answer {error.code}.") from error
        raise
