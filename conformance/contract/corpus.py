"""A corpus for awsJson1.1: requests at and beyond the protocol's edge, each with its rule and what must come of it.

Nothing here was sent yet: the ids of a live window and of a call are put in by `placed`.
"""

from __future__ import annotations

import base64
import gzip
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, final

from conformance.contract import envelopes, malformed, unusual
from conformance.contract.case import WINDOW
from conformance.contract.entry import BASE, TOKEN, Entry, Pack

OFTEN_TAKEN = frozenset(
    {
        "malformed-json.trailing-comma",
        "malformed-json.comment",
        "malformed-json.single-quotes",
        "malformed-json.raw-newline",
        "number-form.leading-zero",
        "not-utf8.latin-1",
        "unknown-operation.other-prefix",
    }
)
"""What readers of JSON that mean well, and routers that look at one part of a target, let through most often."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Entries that are sent to one window, one after the other, before it is looked at."""

    name: str
    entries: tuple[Entry, ...]


def packs(base: Mapping[str, Any] = BASE) -> tuple[Pack, ...]:
    """Give the packs of the corpus, built around `base` as `corpus` is."""
    return tuple(unusual.packs(base))


def corpus(base: Mapping[str, Any] = BASE) -> tuple[Group, ...]:
    """Give the whole corpus, built around `base`, a request that the target takes."""
    return tuple(_groups((*malformed.entries(base), *envelopes.entries(base), *unusual.entries(base))))


def _groups(entries: tuple[Entry, ...]) -> Iterator[Group]:
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        found.setdefault(entry.id.partition(".")[0], []).append(entry)
    for name, members in found.items():
        yield Group(name=name, entries=tuple(members))


_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be")


def placed(body: bytes, *, window: str, token: str) -> bytes:
    """Put the id of a live window and a token of the call's own in place of what stands for them."""
    for encoding in _ENCODINGS:
        body = body.replace(WINDOW.encode(encoding), window.encode(encoding))
        body = body.replace(TOKEN.encode(encoding), token.encode(encoding))
    return body


_LONGEST = 2_000


def as_shown(entry: Entry) -> dict[str, Any]:
    """Give an entry's HTTP request as it stands in a log: ``method``, ``uri``, ``headers`` and one of two bodies.

    ``body`` is text; what is long, or no text, is ``bodyGzipBase64``.
    """
    shown: dict[str, Any] = {"method": entry.method, "uri": entry.path, "headers": entry.sent_headers}
    try:
        text = entry.body.decode("utf-8")
    except UnicodeDecodeError:
        text = None
    if text is not None and len(text) <= _LONGEST and "\0" not in text:
        return {**shown, "body": text}
    return {**shown, "bodyGzipBase64": base64.b64encode(gzip.compress(entry.body, mtime=0)).decode()}
