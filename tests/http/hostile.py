"""Request bodies that nobody means well with, made from the service model's shapes."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

NASTY_TEXT = [
    "",
    " ",
    "\t",
    "\n",
    "a\r\nX-Injected: yes",
    "\0",
    "\ud800",
    "\ufffe\uffff",
    "\u202egnp.exe",
    "é̀" * 50,
    "😀" * 255,
    "x" * 256,
    "x" * 70_000,
    "=cmd|' /C calc'!A0",
    "'; DROP TABLE transforms; --",
    "%s%n{}{0.__class__}",
    "../../../../etc/passwd",
    "file:///etc/passwd",
    "file:///proc/self/environ",
    "file://host/share",
    "/etc/passwd",
    "s3://",
    "s3://bucket",
    "s3://bucket/../../key\nwith newline",
    "s3://" + "b" * 3000 + "/k",
    "http://169.254.169.254/latest/meta-data/",
    "arn:aws:glue:us-east-1:000000000000:mlTransform/",
    "arn:aws:glue:::",
    "tfm-" + "0" * 40,
    "struct<a:int",
    "array<" * 2000,
    "null",
    "NaN",
    "1e999",
    "9" * 400,
    "eyJhIjoxfQ==",
    '{"__type": "x"}',
]
NASTY_NUMBERS = [0, -1, 1, 2, 1000, 1001, 2**31, 2**63, -(2**63), 10**30, 0.5, -0.0, 1.5, 1e308]
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


def bodies(shape: Any, known: list[str]) -> st.SearchStrategy[Any]:
    """
    JSON values for `shape`: mostly of its form, now and then anything.

    Args:
        shape: A shape of botocore's.
        known: Texts that mean something to the server, so that requests get far.
    """
    return _sometimes_junk(_of(shape, known, depth=0))


def _sometimes_junk(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    # One in eight: a body of many members should often be well-formed in most of them.
    return st.integers(0, 7).flatmap(lambda n: JUNK if n == 0 else strategy)


def _of(shape: Any, known: list[str], depth: int) -> st.SearchStrategy[Any]:
    if depth > 5:
        return JUNK
    if shape.type_name == "structure":
        return _structure(shape, known, depth)
    if shape.type_name == "list":
        return st.lists(_member(shape.member, known, depth), max_size=3)
    if shape.type_name == "map":
        keys = _member(shape.key, known, depth).filter(lambda key: isinstance(key, str))
        return st.dictionaries(keys, _member(shape.value, known, depth), max_size=3)
    return _scalar(shape, known)


def _structure(shape: Any, known: list[str], depth: int) -> st.SearchStrategy[Any]:
    members = {name: _member(one, known, depth) for name, one in shape.members.items()}
    required = {name: members[name] for name in shape.required_members}
    optional = {name: members[name] for name in members.keys() - required.keys()}
    return st.fixed_dictionaries(required, optional=optional)


def _member(shape: Any, known: list[str], depth: int) -> st.SearchStrategy[Any]:
    return st.deferred(lambda: _sometimes_junk(_of(shape, known, depth + 1)))


def _scalar(shape: Any, known: list[str]) -> st.SearchStrategy[Any]:
    if shape.type_name == "boolean":
        return st.booleans()
    if shape.type_name in {"integer", "long", "double", "timestamp"}:
        return st.sampled_from(NASTY_NUMBERS) | st.floats(allow_nan=False) | st.integers()
    right = st.sampled_from(shape.enum) if getattr(shape, "enum", None) else st.sampled_from(known)
    return right | right | st.sampled_from(NASTY_TEXT) | st.text(max_size=40)
