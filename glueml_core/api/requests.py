"""Requests: the values of a JSON body, read by the shapes of the service model."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from glueml_core.errors import SerializationException

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.model import Shape

__all__ = ["parse"]

_EPOCH = datetime.fromtimestamp(0, UTC)
_INT_BITS = {"integer": 32, "long": 64}


def parse(shape: Shape, value: Any, path: str = "") -> Any:
    """
    `value` of a JSON body as `shape` means it.

    What the shape does not know is left out, and so is null. Timestamps may be numbers (seconds
    since 1970) or ISO 8601 text, and become datetimes in UTC.

    Raises:
        SerializationException: A value of another type; it names the member.
    """
    return _PARSERS[shape.type_name](shape, value, path)


def _structure(shape: Any, value: Any, path: str) -> dict[str, Any]:
    _expect(isinstance(value, dict), path, "an object")
    if shape.is_document_type:
        return dict(value)
    return {
        name: parse(member, value[name], f"{path}.{name}".lstrip("."))
        for name, member in shape.members.items()
        if value.get(name) is not None
    }


def _list(shape: Any, value: Any, path: str) -> list[Any]:
    _expect(isinstance(value, list), path, "a list")
    _expect(None not in value, path, "a list without null")
    return [parse(shape.member, item, f"{path}[{n}]") for n, item in enumerate(value)]


def _map(shape: Any, value: Any, path: str) -> dict[str, Any]:
    _expect(isinstance(value, dict), path, "an object")
    return {
        _string(shape.key, key, path): parse(shape.value, item, f"{path}.{key}")
        for key, item in value.items()
        if item is not None
    }


def _string(_shape: Any, value: Any, path: str) -> str:
    _expect(isinstance(value, str), path, "a string")
    # Neither UTF-8 nor PostgreSQL has a place for these.
    storable = "\0" not in value and not any("\ud800" <= c <= "\udfff" for c in value)
    _expect(storable, path, "Unicode text without NUL")
    return str(value)


def _boolean(_shape: Any, value: Any, path: str) -> bool:
    _expect(isinstance(value, bool), path, "a boolean")
    return bool(value)


def _integer(shape: Any, value: Any, path: str) -> int:
    whole = isinstance(value, int | float) and not isinstance(value, bool) and value == value // 1
    _expect(whole, path, "an integer")
    bits = _INT_BITS[shape.type_name]
    _expect(-(1 << bits - 1) <= value < 1 << bits - 1, path, f"an integer of {bits} bits")
    return int(value)


def _double(_shape: Any, value: Any, path: str) -> float:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    _expect(number, path, "a number")
    try:
        result = float(value)
    except OverflowError:
        result = math.inf
    _expect(math.isfinite(result), path, "a finite number")
    return result


def _timestamp(_shape: Any, value: Any, path: str) -> datetime:
    _expect(isinstance(value, int | float | str) and not isinstance(value, bool), path, "a time")
    try:
        if not isinstance(value, str):
            return _EPOCH + timedelta(seconds=value)
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise SerializationException(f"The value at '{path}' is not a time.") from error


def _expect(holds: bool, path: str, kind: str) -> None:
    if not holds:
        raise SerializationException(f"The value at '{path}' is not {kind}.")


_PARSERS: dict[str, Callable[[Any, Any, str], Any]] = {
    "structure": _structure,
    "list": _list,
    "map": _map,
    "string": _string,
    "boolean": _boolean,
    "integer": _integer,
    "long": _integer,
    "double": _double,
    "timestamp": _timestamp,
}
