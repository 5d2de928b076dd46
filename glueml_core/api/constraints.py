"""Constraints of the service model: required members, lengths, ranges, patterns, enums."""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Any

from glueml_core.errors import ValidationException

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from botocore.model import Shape, StructureShape

__all__ = ["check_constraints"]

# A refused value is quoted in the error, but not a whole book of it.
_LONGEST_QUOTE = 1000

_SURROGATE_PAIRS = r"\uD800\uDC00-\uDBFF\uDFFF"


def check_constraints(shape: StructureShape, values: Mapping[str, Any]) -> None:
    """
    Check parsed values against every constraint of their shape, all levels down.

    Raises:
        ValidationException: All that is wrong, in AWS's sentence.
    """
    errors = list(_structure(shape, values, ""))
    if errors:
        plural = "" if len(errors) == 1 else "s"
        raise ValidationException(
            f"{len(errors)} validation error{plural} detected: {'; '.join(errors)}"
        )


def _structure(shape: Any, values: Mapping[str, Any], path: str) -> Iterator[str]:
    if shape.is_document_type:
        return
    for name, member in shape.members.items():
        # AWS names members in its errors as Java does.
        at = f"{path}.{name[0].lower()}{name[1:]}".lstrip(".")
        if name in values:
            yield from _value(member, values[name], at)
        elif name in shape.required_members:
            yield f"Value null at '{at}' failed to satisfy constraint: Member must not be null"


def _value(shape: Shape, value: Any, at: str) -> Iterator[str]:
    for rule in _broken_rules(shape, value):
        yield f"Value '{_quote(value)}' at '{at}' failed to satisfy constraint: {rule}"

    if shape.type_name == "structure":
        yield from _structure(shape, value, at)
    elif shape.type_name == "list":
        for number, item in enumerate(value, start=1):
            yield from _value(shape.member, item, f"{at}.{number}.member")
    elif shape.type_name == "map":
        yield from _map(shape, value, at)


def _map(shape: Any, value: Mapping[str, Any], at: str) -> Iterator[str]:
    for key, item in value.items():
        broken = ", ".join(_broken_rules(shape.key, key))
        if broken:
            rule = f"Map keys must satisfy constraint: [{broken}]"
            yield f"Value '{_quote(value)}' at '{at}' failed to satisfy constraint: {rule}"
        yield from _value(shape.value, item, f"{at}.{_quote(key)}.member")


def _broken_rules(shape: Shape, value: Any) -> Iterator[str]:
    limits = shape.metadata
    if shape.type_name in {"string", "list", "map"}:
        yield from _range(limits, len(value), "length")
    elif shape.type_name in {"integer", "long", "double"}:
        yield from _range(limits, value, "value")

    if "pattern" in limits and not _compiled(limits["pattern"]).fullmatch(value):
        yield f"Member must satisfy regular expression pattern: {limits['pattern']}"
    if "enum" in limits and value not in limits["enum"]:
        yield f"Member must satisfy enum value set: [{', '.join(limits['enum'])}]"


def _range(limits: Mapping[str, Any], number: float, what: str) -> Iterator[str]:
    if "min" in limits and number < limits["min"]:
        yield f"Member must have {what} greater than or equal to {limits['min']}"
    if "max" in limits and number > limits["max"]:
        yield f"Member must have {what} less than or equal to {limits['max']}"


def _quote(value: Any) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…"


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """A pattern in Java's notation, where astral characters are pairs of surrogates."""
    pattern = pattern.replace(_SURROGATE_PAIRS, "\U00010000-\U0010ffff")
    pattern = re.sub(r"\\p\{(\w)\}", lambda match: _characters(match[1]), pattern)
    return re.compile(pattern, re.ASCII)


def _characters(category: str) -> str:
    """All characters of a Unicode category such as L, as ranges for a character class."""
    points = range(sys.maxunicode + 1)
    runs = groupby(points, key=lambda point: unicodedata.category(chr(point))[0] == category)
    members = [list(run) for is_member, run in runs if is_member]
    return "".join(rf"\U{run[0]:08x}-\U{run[-1]:08x}" for run in members)
