"""Rendering: templates that escape whatever they are given, and a few words for numbers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined

__all__ = ["templates"]


def templates() -> Environment:
    """The environment of all pages."""
    env = Environment(
        loader=PackageLoader("glueml_core.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters |= {"moment": moment, "share": share, "words": words, "segment": segment}
    env.globals |= {"static": "/static/{}".format}
    return env


def moment(time: datetime | None) -> str:
    """A time to the second, in UTC: `2026-11-23 15:40:00 UTC`."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if time else ""


def share(value: float | None) -> str:
    """A number from 0 to 1 with two digits; a dash for none."""
    return "\N{EN DASH}" if value is None else f"{value:.2f}"


def words(name: str) -> str:
    """An API's constant in words: `LABELING_SET_GENERATION` is `Labeling set generation`."""
    return name.replace("_", " ").capitalize()


def segment(text: Any) -> str:
    """Text as one segment of a URL's path."""
    return quote(str(text), safe="")
