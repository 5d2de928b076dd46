"""Glue's service model, as botocore carries it: requests in, answers out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import botocore.loaders
import botocore.model
from botocore import xform_name

from glueml_core.api.answers import serialize
from glueml_core.api.constraints import check_constraints
from glueml_core.api.requests import parse
from glueml_core.errors import SerializationException

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["TARGET_PREFIX", "Operation", "operation_names", "service_model"]


@cache
def service_model() -> botocore.model.ServiceModel:
    """The newest model of Glue that is installed with botocore."""
    loader = botocore.loaders.Loader()
    return botocore.model.ServiceModel(loader.load_service_model("glue", "service-2"), "glue")


TARGET_PREFIX = "AWSGlue."


def operation_names() -> list[str]:
    """Every operation of the model, whether served here or not."""
    return list(service_model().operation_names)


@dataclass(frozen=True)
class Operation:
    """One operation of the model, by the name that is on the wire: `GetMLTransform`."""

    name: str

    @cached_property
    def _model(self) -> botocore.model.OperationModel:
        return service_model().operation_model(self.name)

    @property
    def python_name(self) -> str:
        """As boto3 calls it: `get_ml_transform`."""
        return str(xform_name(self.name))

    @property
    def error_codes(self) -> frozenset[str]:
        """The errors that the model says it may answer with."""
        return frozenset(shape.name for shape in self._model.error_shapes)

    def arguments(self, body: bytes) -> dict[str, Any]:
        """
        The request's members by their Python names, checked against every constraint of the model.

        Members within members keep the API's names. Timestamps are datetimes in UTC.

        Raises:
            SerializationException: No JSON object, or a value of the wrong type.
            ValidationException: A constraint is broken.
        """
        shape = self._model.input_shape
        values = parse(shape, _json_object(body))
        check_constraints(shape, values)
        return {xform_name(name): value for name, value in values.items()}

    def answer(self, values: Mapping[str, Any]) -> bytes:
        """The body that says `values`; members that are None are left out."""
        return json.dumps(serialize(self._model.output_shape, values)).encode()


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body or b"{}", parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise SerializationException("The request's body is not JSON.") from error
    if not isinstance(value, dict):
        raise SerializationException("The request's body is not a JSON object.")
    return value


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON.")
