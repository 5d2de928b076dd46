"""S3, at AWS or at any endpoint that the ordinary AWS settings name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from pyarrow.fs import S3FileSystem

__all__ = [
    "ANOTHER_VERSION",
    "S3AccessError",
    "bucket_region",
    "client",
    "file_system",
    "head_object",
    "list_objects",
    "upload",
]

_NOT_FOUND = {"404", "NoSuchBucket", "NoSuchKey", "NotFound"}
_DENIED = {"403", "AccessDenied", "Forbidden", "InvalidAccessKeyId", "SignatureDoesNotMatch"}
_CHANGED = {"412", "PreconditionFailed"}
ANOTHER_VERSION = "It is another version by now than the one to read"
_READ_ATTEMPTS = 3
_creating = Lock()


class S3AccessError(Exception):
    """S3 did not let us; the message says why, without a full stop."""


def client(region: str) -> Any:
    """A boto3 client of S3, set up by the environment or the AWS configuration files."""
    environment = frozenset(item for item in os.environ.items() if item[0].startswith("AWS_"))
    # Clients may be shared between threads, not with a fork; the session that makes them neither.
    with _creating:
        return _client(region, environment, os.getpid())


@lru_cache(maxsize=8)
def _client(region: str, _environment: frozenset[tuple[str, str]], _pid: int) -> Any:
    """One client for each environment and process: making one takes longer than asking it."""
    import boto3
    from botocore.config import Config

    config = Config(connect_timeout=5, read_timeout=30, retries={"mode": "standard"})
    return boto3.client("s3", region_name=region, config=config)


def file_system(region: str) -> S3FileSystem:
    """The same S3, with the same credentials, for pyarrow's readers."""
    import boto3
    from pyarrow.fs import S3FileSystem

    credentials = boto3.Session().get_credentials()
    if credentials is None:
        raise S3AccessError("Unable to locate credentials")
    keys = credentials.get_frozen_credentials()
    return S3FileSystem(
        access_key=keys.access_key,
        secret_key=keys.secret_key,
        session_token=keys.token,
        region=region,
        endpoint_override=_endpoint_override(region),
    )


def bucket_region(bucket: str, region: str) -> str | None:
    """
    The region a bucket lies in; None where the endpoint does not tell.

    Raises:
        S3AccessError: No such bucket, no right to look, or no way to the endpoint.
    """
    answer = _ask(region, "head_bucket", Bucket=bucket)
    headers: dict[str, str] = answer["ResponseMetadata"]["HTTPHeaders"]
    return headers.get("x-amz-bucket-region")


def head_object(bucket: str, key: str, region: str) -> tuple[int, str]:
    """
    One object's size in bytes, and its etag.

    Raises:
        S3AccessError: No such object, no right to read it, or no way to the endpoint.
    """
    answer = _ask(region, "head_object", Bucket=bucket, Key=key)
    return answer["ContentLength"], answer["ETag"].strip('"')


def list_objects(bucket: str, prefix: str, region: str) -> Iterator[tuple[str, int, str]]:
    """
    Key, size in bytes and etag of every object under a prefix.

    Raises:
        S3AccessError: No such bucket, no right to look, or no way to the endpoint.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    pages = client(region).get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    try:
        for page in pages:
            for found in page.get("Contents", []):
                yield found["Key"], found["Size"], found["ETag"].strip('"')
    except ClientError as error:
        raise S3AccessError(_words(error, "list_objects")) from error
    except BotoCoreError as error:
        raise S3AccessError(str(error).rstrip(".")) from error


def read_object(bucket: str, key: str, region: str, etag: str | None = None) -> tuple[bytes, str]:
    """
    One object's content and etag; of the version that has `etag`, if it is given.

    Raises:
        S3AccessError: No such object or another version, no right to read it, or no way to the
            endpoint.
    """
    from botocore.exceptions import BotoCoreError

    pinned = {} if etag is None else {"IfMatch": f'"{etag}"'}
    # boto3 asks again for an answer that does not come, but not for one that breaks off.
    for left in reversed(range(_READ_ATTEMPTS)):
        answer = _ask(region, "get_object", Bucket=bucket, Key=key, **pinned)
        try:
            return answer["Body"].read(), answer["ETag"].strip('"')
        except BotoCoreError as error:
            if left == 0:
                raise S3AccessError("It broke off in the midst of being read") from error
    raise AssertionError("The last attempt returns or raises.")


def upload(file: BinaryIO, bucket: str, key: str, region: str) -> None:
    """
    Put one object, in parts if it is large; it appears when its last part is there.

    Raises:
        S3AccessError: No such bucket, no right to write, or no way to the endpoint.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        client(region).upload_fileobj(file, bucket, key)
    except ClientError as error:
        raise S3AccessError(_words(error, "put_object")) from error
    except BotoCoreError as error:
        raise S3AccessError(str(error).rstrip(".")) from error


def _ask(region: str, operation: str, **request: str) -> Any:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return getattr(client(region), operation)(**request)
    except ClientError as error:
        headers = error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
        # Who may read an object need not be allowed to look at its bucket.
        if operation == "head_bucket" and "x-amz-bucket-region" in headers:
            return error.response
        raise S3AccessError(_words(error, operation)) from error
    except BotoCoreError as error:
        raise S3AccessError(str(error).rstrip(".")) from error


def _words(error: Any, operation: str) -> str:
    code = error.response["Error"]["Code"]
    if code == "NoSuchBucket" or (code in _NOT_FOUND and operation == "head_bucket"):
        return "The bucket does not exist"
    if code in _NOT_FOUND:
        return "It does not exist"
    if code in _DENIED:
        return f"Access Denied ({code})"
    if code in _CHANGED:
        return ANOTHER_VERSION
    return str(error).rstrip(".")


def _endpoint_override(region: str) -> str | None:
    endpoint = str(client(region).meta.endpoint_url)
    return None if endpoint.endswith((".amazonaws.com", ".amazonaws.com.cn")) else endpoint
