"""Writes values as Python that a person would write: double quotes, one member a line, ``"a" * 129``."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_WIDTH = 100
# What a limit is broken with: the same few characters many times, with a little before and behind.
_RUN = re.compile(r"(?s)(.{0,12}?)(.{1,12}?)\2{4,}(.{0,24})")
_LONG = 60


def python(value: Any, names: Mapping[str, str] | None = None, indent: int = 0) -> str:
    """Give the Python source of a JSON value; a text that is a key of `names` is written as that name."""
    names = names or {}
    short = inline(value, names)
    if len(short) + indent <= _WIDTH or not value or not isinstance(value, Mapping | list):
        return short
    pad = " " * (indent + 4)
    if isinstance(value, Mapping):
        rows = [f"{pad}{text(key)}: {python(item, names, indent + 4)}," for key, item in value.items()]
        return "\n".join(("{", *rows, " " * indent + "}"))
    rows = [f"{pad}{python(item, names, indent + 4)}," for item in value]
    return "\n".join(("[", *rows, " " * indent + "]"))


def inline(value: Any, names: Mapping[str, str]) -> str:
    """Give the Python source of a JSON value in one line."""
    match value:
        case str():
            return names.get(value) or text(value)
        case Mapping():
            return "{" + ", ".join(f"{text(key)}: {inline(item, names)}" for key, item in value.items()) + "}"
        case list() if len(value) > 3 and all(item == value[0] for item in value):
            return f"[{inline(value[0], names)}] * {len(value)}"
        case list():
            return "[" + ", ".join(inline(item, names) for item in value) + "]"
        case _:
            return repr(value)


def text(value: str) -> str:
    """Give the Python source of a text, a long run of the same characters as a product."""
    found = _RUN.fullmatch(value) if len(value) >= _LONG else None
    if found is None:
        return _quoted(value)
    before, unit, after = found.groups()
    times = (len(value) - len(before) - len(after)) // len(unit)
    parts = (_quoted(before) if before else "", f"{_quoted(unit)} * {times}", _quoted(after) if after else "")
    return " + ".join(part for part in parts if part)


def _quoted(value: str) -> str:
    """Give a literal in double quotes: JSON's is Python's, too, but for what lies beyond 16 bits."""
    plain = json.dumps(value, ensure_ascii=True)
    return plain if value.isascii() else ascii(value) if '"' in value else '"' + ascii(value)[1:-1] + '"'
