"""NextToken: where a listing goes on, bound to what was listed."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from typing import TYPE_CHECKING, Any

from glueml_core.errors import InvalidInputException

if TYPE_CHECKING:
    from glueml_core.store import PageKey

__all__ = ["MAX_PAGE", "decode_token", "encode_token"]

# Some clients read one page only, so a page holds as much as it may when nobody says otherwise.
MAX_PAGE = 1000

_INVALID = "Invalid NextToken."


def encode_token(key: PageKey | None, *listed: Any) -> str | None:
    """The token for the rows behind `key`, of the listing that `listed` (filter, sort, …) tells."""
    if key is None:
        return None
    token = json.dumps({"after": key, "of": _digest(listed)}, separators=(",", ":"))
    return base64.urlsafe_b64encode(token.encode()).decode()


def decode_token(token: str | None, *listed: Any) -> PageKey | None:
    """
    The key that a token holds; None for no token, and for an empty one.

    Raises:
        InvalidInputException: The token is not ours, or comes from another listing.
    """
    if not token:
        return None
    try:
        content = json.loads(base64.b64decode(token, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError) as error:
        raise InvalidInputException(_INVALID) from error
    if not isinstance(content, dict) or not isinstance(content.get("after"), list):
        raise InvalidInputException(_INVALID)
    if content.get("of") != _digest(listed):
        raise InvalidInputException(f"{_INVALID} It was given for another filter or sort order.")
    return list(content["after"])


def _digest(listed: tuple[Any, ...]) -> str:
    text = json.dumps(listed, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
