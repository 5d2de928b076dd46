"""The access keys whose signatures the server accepts."""

from __future__ import annotations

import configparser
from collections.abc import MutableMapping
from pathlib import Path

__all__ = ["KEYS_FILE", "KeysError", "read_keys"]

KEYS_FILE = "GLUEML_KEYS_FILE"
ACCESS_KEY_ID = "GLUEML_ACCESS_KEY_ID"
# The variable's name, not a secret.
SECRET_ACCESS_KEY = "GLUEML_SECRET_ACCESS_KEY"


class KeysError(Exception):
    """The keys cannot be read as they are set up; the message says where, and shows no secret."""


def read_keys(environment: MutableMapping[str, str]) -> dict[str, str]:
    """
    Secret access key by access key id; empty where the operator has set up none.

    A key comes from `GLUEML_ACCESS_KEY_ID` and `GLUEML_SECRET_ACCESS_KEY`, or from the file that
    `GLUEML_KEYS_FILE` names, which has the form of an AWS credentials file: clients can use the
    very same file. The secret is taken out of `environment`, so that no process started later
    inherits it.

    Raises:
        KeysError: Half a key, an unreadable file, or a file without keys.
    """
    keys = {}
    if file := environment.get(KEYS_FILE):
        keys.update(_from_file(Path(file)))

    access_key_id = environment.get(ACCESS_KEY_ID)
    secret = environment.pop(SECRET_ACCESS_KEY, None)
    if bool(access_key_id) != bool(secret):
        raise KeysError(f"{ACCESS_KEY_ID} and {SECRET_ACCESS_KEY} belong together: one is missing.")
    if access_key_id and secret:
        keys[access_key_id] = secret
    return keys


def _from_file(path: Path) -> dict[str, str]:
    profiles = configparser.RawConfigParser()
    try:
        profiles.read_string(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise KeysError(f"{path}: {error.strerror}.") from error
    except (configparser.Error, UnicodeDecodeError):
        # The parser's message quotes the line, and the line may hold a secret.
        raise KeysError(f"{path} does not have the form of an AWS credentials file.") from None

    keys = {}
    for name in profiles.sections():
        profile = profiles[name]
        access_key_id = profile.get("aws_access_key_id")
        secret = profile.get("aws_secret_access_key")
        if not access_key_id or not secret:
            raise KeysError(f"{path}: [{name}] lacks aws_access_key_id or aws_secret_access_key.")
        keys[access_key_id] = secret
    if not keys:
        raise KeysError(f"{path} holds no keys.")
    return keys
