"""The vocabulary of the corpus: one HTTP request, what must come of it, and how its body is written."""

from __future__ import annotations

import json
from collections.abc import Mapping
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
class Pack:
    """One request that holds what the entries of several groups hold one by one.

    Where it comes out right, each of them would; where it does not, they have to be sent to tell which is wrong.
    """

    groups: tuple[str, ...]
    entry: Entry


def text_of(base: Mapping[str, Any], **members: Any) -> str:
    """Write a request with a token of its own and further members, in place of those of that name."""
    return json.dumps({**base, "ClientToken": TOKEN, **members})


def with_raw(base: Mapping[str, Any], name: str, raw: str) -> str:
    """Write a request in which a member's value is `raw`, character by character."""
    rest = {key: value for key, value in base.items() if key != name}
    return f"{text_of(rest)[:-1]}, {json.dumps(name)}: {raw}}}"
