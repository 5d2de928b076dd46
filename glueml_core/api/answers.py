"""Answers: plain values, written by the shapes of the service model."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.model import Shape

__all__ = ["serialize"]


def serialize(shape: Shape, value: Any) -> Any:
    """
    `value` as JSON: datetimes as seconds since 1970 to the millisecond, None left out.

    Raises:
        KeyError: A member that the shape does not know; whoever made `value` erred.
    """
    if shape.type_name == "structure":
        return _structure(shape, value)
    if shape.type_name == "list":
        return [serialize(shape.member, item) for item in value]
    if shape.type_name == "map":
        return {key: serialize(shape.value, item) for key, item in value.items()}
    if isinstance(value, datetime):
        return round(value.timestamp(), 3)
    return value


def _structure(shape: Any, value: Mapping[str, Any]) -> dict[str, Any]:
    if shape.is_document_type:
        return dict(value)
    return {
        name: serialize(shape.members[name], item)
        for name, item in value.items()
        if item is not None
    }
