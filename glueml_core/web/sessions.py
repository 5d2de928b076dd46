"""Sessions: who is at a browser, in a signed cookie, and how a form proves to be ours."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from itsdangerous import BadData, URLSafeTimedSerializer

__all__ = ["COOKIE", "Person", "Sessions"]

COOKIE = "glueml_session"
LASTS_S = 7 * 24 * 3600

_SECRET_FILE = "pages.secret"
_SECRET_BYTES = 32


@dataclass(frozen=True)
class Person:
    """
    Somebody at one browser.

    `session_id` tells two browsers apart, whatever key they signed in with; `access_key_id` is None
    where the server has no keys.
    """

    session_id: str
    access_key_id: str | None


@dataclass(frozen=True)
class Sessions:
    """
    Makes and reads the cookies of a server's pages.

    Args:
        keys: Secret access key by access key id; empty where nobody needs one.
        secret: Signs cookies and tokens. It is derived from the keys, so that servers with the
            same keys share sessions, and taking a key away ends them.
    """

    keys: Mapping[str, str]
    secret: bytes

    @classmethod
    def of(cls, keys: Mapping[str, str], store: Path) -> Self:
        """The sessions of these keys; without any, of a secret that is kept in the store."""
        if not keys:
            return cls(keys, _kept_secret(store / _SECRET_FILE))
        return cls(keys, hashlib.sha256(json.dumps(sorted(keys.items())).encode()).digest())

    def begin(self, access_key_id: str | None) -> Person:
        """A new session; the caller has seen to it that the key is right."""
        return Person(secrets.token_urlsafe(16), access_key_id)

    def sign_in(self, access_key_id: str, secret_access_key: str) -> Person | None:
        """A new session for who knows a key, else None."""
        known = self.keys.get(access_key_id)
        # Compares in any case, so that time does not tell which ids exist.
        fits = hmac.compare_digest((known or "").encode(), secret_access_key.encode())
        return self.begin(access_key_id) if known and fits else None

    def cookie(self, person: Person) -> str:
        """What the browser keeps."""
        return self._serializer.dumps([person.session_id, person.access_key_id])

    def read(self, cookie: str) -> Person | None:
        """Whose cookie it is; None if it is none of ours, or too old."""
        try:
            session_id, access_key_id = self._serializer.loads(cookie, max_age=LASTS_S)
        except BadData:
            return None
        person = Person(session_id, access_key_id)
        return person if self.knows(person) else None

    def knows(self, person: Person) -> bool:
        """Whether the person has signed in, or nobody needs to."""
        return not self.keys or person.access_key_id in self.keys

    def csrf_token(self, person: Person) -> str:
        """What a page of this session sends back with whatever it changes."""
        message = f"csrf {person.session_id}".encode()
        return hmac.digest(self.secret, message, "sha256").hex()

    @property
    def _serializer(self) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(
            self.secret, salt="glueml session", signer_kwargs={"digest_method": hashlib.sha256}
        )


def _kept_secret(path: Path) -> bytes:
    if not path.is_file():
        fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        fresh.touch(mode=0o600)
        fresh.write_bytes(secrets.token_bytes(_SECRET_BYTES))
        # Of several processes that start at once one wins, with a whole file.
        with suppress(FileExistsError):
            path.hardlink_to(fresh)
        fresh.unlink()
    return path.read_bytes()
