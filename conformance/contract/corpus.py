"""A corpus for awsJson1.1: requests at and beyond the protocol's edge, each with its rule and what must come of it.

Nothing here was sent yet: the ids of a live window and of a call are put in by `placed`.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, final

from conformance.contract.case import WINDOW
from conformance.contract.shapes import OPERATION
from conformance.contract.wire import CONTENT_TYPE

TOKEN = "00000000-0000-4000-8000-00000000c0de"  # noqa: S105 - no secret
"""Stands for a ClientToken that no other call has."""

BASE: Mapping[str, Any] = {"WindowId": WINDOW, "TaskArn": "AWS-RestartEC2Instance", "TaskType": "AUTOMATION"}
"""The least request that must be accepted; each entry is one edit away from it."""

Expect = Literal["refuse", "accept", "open"]

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

NO_REQUEST = "wire.body-no-request"
NO_SERVER_ERROR = "wire.no-server-error"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One HTTP request of the corpus; `headers` are put over those of an ordinary call, None takes one away.

    `rule` is what a wrong refusal is charged to, `success` what an acceptance or a server error is, where that weighs
    more than the code. `echo` names members with the values that a read must tell; `any_form` says that HTTP itself
    may answer in place of the service, in a form of its own.
    """

    id: str
    rule: str
    expect: Expect
    source: str
    words: str
    body: bytes
    success: str = ""
    question: str = ""
    method: str = "POST"
    path: str = "/"
    headers: Mapping[str, str | None] = field(default_factory=dict)
    echo: Mapping[str, Any] = field(default_factory=dict)
    any_form: bool = False

    @property
    def sent_headers(self) -> dict[str, str]:
        """The headers that say what the body is and whom it is for."""
        usual = {"Content-Type": CONTENT_TYPE, "X-Amz-Target": f"AmazonSSM.{OPERATION}"}
        headers = {**usual, **self.headers}
        return {name: value for name, value in headers.items() if value is not None}

    @property
    def charged(self) -> str:
        """The rule that a wrong success, or a server error, is charged to."""
        return self.success or self.rule


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Entries that are sent to one window, one after the other, before it is looked at."""

    name: str
    entries: tuple[Entry, ...]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """One request that holds what the entries of several groups hold one by one.

    Where it comes out right, each of them would; where it does not, they have to be sent to tell which is wrong.
    """

    groups: tuple[str, ...]
    entry: Entry


def packs(base: Mapping[str, Any] = BASE) -> tuple[Pack, ...]:
    """Give the packs of the corpus, built around `base` as `corpus` is."""
    from conformance.contract import unusual

    return tuple(unusual.packs(base))


def corpus(base: Mapping[str, Any] = BASE) -> tuple[Group, ...]:
    """Give the whole corpus, built around `base`, a request that the target takes."""
    from conformance.contract import envelopes, malformed, unusual

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


def text_of(base: Mapping[str, Any], **members: Any) -> str:
    """Write a request with a token of its own and further members, in place of those of that name."""
    return json.dumps({**base, "ClientToken": TOKEN, **members})


def with_raw(base: Mapping[str, Any], name: str, raw: str) -> str:
    """Write a request in which a member's value is `raw`, character by character."""
    rest = {key: value for key, value in base.items() if key != name}
    return f"{text_of(rest)[:-1]}, {json.dumps(name)}: {raw}}}"
