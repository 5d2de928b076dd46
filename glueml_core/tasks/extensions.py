"""Extensions: the user's own blocking and features, found by the names in the settings."""

from __future__ import annotations

import pkgutil
from typing import Any

from glueml_core.errors import InvalidInputException
from glueml_core.matching import Extensions
from glueml_core.settings import ExtensionNames, Settings

__all__ = ["extensions_of"]


def extensions_of(settings: Settings, transform_name: str) -> Extensions:
    """
    What the settings bring along for a transform of that name; nothing if they name nothing.

    Raises:
        InvalidInputException: A name leads nowhere, or to something of another class.
    """
    names = settings.extensions.get(transform_name, ExtensionNames())
    if not (names.indexers or names.features):
        return Extensions()

    from recordlinkage.base import BaseCompareFeature, BaseIndexAlgorithm

    return Extensions(
        indexers=tuple(_instance(name, BaseIndexAlgorithm) for name in names.indexers),
        features=tuple(
            (called, _instance(name, BaseCompareFeature)) for called, name in names.features.items()
        ),
    )


def _instance(name: str, of: type) -> Any:
    try:
        found = pkgutil.resolve_name(name)
    except (ImportError, AttributeError, ValueError) as error:
        raise InvalidInputException(f"Cannot find the extension {name}. {error}.") from error
    if not isinstance(found, of):
        raise InvalidInputException(f"The extension {name} is no {of.__name__} of recordlinkage.")
    return found
