"""How AWS measures a value: code points, decoded bytes, whole-string Java patterns.

Each measure also tells where the sources read it differently, since such a value is open, never a rule.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sized
from functools import cache, lru_cache
from typing import Any

import regex


def length(value: Any) -> int:
    """Count code points of a string, or items of a list or map (Smithy: "the number of Unicode scalar values")."""
    if not isinstance(value, Sized):
        raise TypeError(f"value={value!r} has no length; expected a string, list or map")
    return len(value)


def utf16_length(text: str) -> int:
    """Count UTF-16 units, the other reading of a string's length (Java's ``String.length``)."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def decoded(text: str) -> bytes | None:
    """Decode base64 text strictly; None when it is none."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


@cache
def _java(pattern: str) -> regex.Pattern[str]:
    # Java's \s is ASCII and its `$` is only used at the very end of these patterns; `fullmatch` supplies both anchors,
    # so a trailing newline never slips through as it does with `$` in Python.
    text = pattern.replace(r"\s", r"[ \t\n\x0B\f\r]")
    text = regex.sub(r"(?<!\\)\$(?=$|[|)])", r"\\Z", text)
    # Java's `.` stops at every line terminator, Python's at \n alone.
    if text.endswith(".+"):
        text = text[:-2] + r"[^\n\r\u0085\u2028\u2029]+"
    return regex.compile(text, regex.V0)


@cache
def _ecma(pattern: str) -> regex.Pattern[str]:
    return regex.compile(regex.sub(r"(?<!\\)\$(?=$|[|)])", r"\\Z", pattern), regex.V0)


@cache
def _any_length(pattern: str) -> regex.Pattern[str]:
    return _java(regex.sub(r"\{\d+(?:,\d*)?\}", "*", pattern))


@lru_cache(maxsize=2048)
def matches(pattern: str, text: str) -> bool:
    """Match the whole of `text` against a Java `pattern`, as Coral does."""
    return _java(pattern).fullmatch(text) is not None


def matches_but_for_length(pattern: str, text: str) -> bool:
    """Match with every counted quantifier set free: False only when the characters themselves are at fault."""
    return text == "" or matches(pattern, text) or _any_length(pattern).fullmatch(text) is not None


@lru_cache(maxsize=2048)
def readings_differ(pattern: str, text: str) -> bool:
    """Tell whether a whole-string reading and a searching reading of `pattern` disagree on `text`."""
    return matches(pattern, text) != (_ecma(pattern).search(text) is not None)
