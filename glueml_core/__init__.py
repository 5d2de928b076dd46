"""An open, self-hosted FindMatches."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from glueml_core.api.core import Core
    from glueml_core.http.inprocess import connect, core_of
    from glueml_core.transforms import FindIncrementalMatches, FindMatches

__all__ = ["Core", "FindIncrementalMatches", "FindMatches", "connect", "core_of"]

# Loaded when first asked for: `import glueml_core` costs nothing.
_HOMES = {
    "Core": "glueml_core.api.core",
    "FindIncrementalMatches": "glueml_core.transforms",
    "FindMatches": "glueml_core.transforms",
    "connect": "glueml_core.http.inprocess",
    "core_of": "glueml_core.http.inprocess",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
