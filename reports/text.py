"""Makes what a target answered, or a strategy invented, fit to be shown: nothing invisible, nothing endless.

Requests hold control characters, lone surrogates and text of 100,000 characters on purpose. No report may choke on
them, or let them steer a terminal.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

# Control characters but for newline and tab, bidirectional overrides, surrogates, and what XML 1.0 has no place for.
_UNSHOWABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]")
_SPACE = re.compile(r"\s+")


def printable(text: str) -> str:
    """Give `text` with every unshowable character as its JSON escape, so that JSON stays the same JSON."""
    return _UNSHOWABLE.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def one_line(text: str, limit: int = 0) -> str:
    """Give `text` in one line, cut to `limit` characters where a limit is given."""
    line = printable(_SPACE.sub(" ", text).strip())
    return line if not limit or len(line) <= limit else line[: max(limit - 1, 1)].rstrip() + "…"


def jsonable(value: Any) -> Any:
    """Give `value` as plain JSON: mappings with text keys, lists, finite numbers; anything else as text."""
    if isinstance(value, Mapping):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [jsonable(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return repr(value)
    if value is None or isinstance(value, str | bool | int | float):
        return value
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)


def pretty(value: Any, longest: int = 160) -> str:
    """Give `value` as indented JSON in which a text longer than `longest` is cut and its length told."""
    return printable(json.dumps(_cut(jsonable(value), longest), indent=2, ensure_ascii=False))


def compact(value: Any, limit: int = 0) -> str:
    """Give `value` as JSON in one line, long texts cut, the whole cut to `limit` characters."""
    return one_line(json.dumps(_cut(jsonable(value), 40), ensure_ascii=False), limit)


def is_whole(value: Any, longest: int = 160) -> bool:
    """Tell whether `pretty` shows `value` without a cut."""
    plain = jsonable(value)
    return bool(_cut(plain, longest) == plain)


def _cut(value: Any, longest: int) -> Any:
    if isinstance(value, dict):
        return {_cut(key, longest): _cut(item, longest) for key, item in value.items()}
    if isinstance(value, list):
        head = [_cut(item, longest) for item in value[:20]]
        return head if len(value) <= 20 else [*head, f"… ({len(value):,} entries)"]
    if isinstance(value, str) and len(value) > longest:
        return f"{value[: longest // 2]}… ({len(value):,} characters)"
    return value


class _Words(HTMLParser):
    """Collects the text between tags."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("p", "li", "note", "div"):
            self.found.append(" ")


def without_tags(markup: str) -> str:
    """Give the words of a sentence of AWS's documentation, which the service model keeps as HTML."""
    words = _Words()
    words.feed(markup)
    words.close()
    return one_line("".join(words.found))


def counted(number: int, noun: str, plural: str = "") -> str:
    """Say a number with its noun: ``1 rule``, ``2 rules``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
