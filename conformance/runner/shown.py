"""What an event shows of a request and its answer: nothing that one run alone has, and nothing a target could leak."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from conformance.contract.catalogue import rule as rule_of
from conformance.contract.rule import DOES_NOT_EXIST, LIMIT, MISMATCH, Level
from conformance.observation import Accepted, Crashed, Observation, Rejected, Unreachable
from conformance.runner.sender import token_of_run

Request = Mapping[str, Any]

_SEEN_IN_SUCCESS = (
    "wire.success-status",
    "wire.success-content-type",
    "wire.success-body",
    "WindowTaskId.shape",
    "WindowTaskId.unique",
)


def seen_in(observation: Observation) -> tuple[str, ...]:
    """Name the rules on the form of an answer that a conforming answer has kept."""
    match observation:
        case Accepted():
            return _SEEN_IN_SUCCESS
        case Rejected(code=code) if code in (DOES_NOT_EXIST, LIMIT, MISMATCH):
            return ("wire.error-code", "errors.no-server-error", f"errors.{code}.status")
        case Rejected():
            return ("wire.error-code", "errors.no-server-error", "errors.client-error-status")
        case _:
            return ()


def in_short(observation: Observation) -> dict[str, Any]:
    """Give status, code and content type of an answer: what a report shows, and nothing that a target could leak."""
    match observation:
        case Accepted(status=status, content_type=content_type):
            return {"status": status, "contentType": content_type}
        case Rejected(status=status, code=code, content_type=content_type):
            return {"status": status, "code": code, "contentType": content_type}
        case Crashed(status=status, code=code, content_type=content_type):
            return {"status": status, "code": code, "contentType": content_type}
        case Unreachable():
            return {}


def as_sent(request: Request) -> dict[str, Any]:
    """Give a request with its token as it is sent, but for what tells one run from another."""
    token = request.get("ClientToken")
    return {**request, "ClientToken": token_of_run(token)} if isinstance(token, str) and token else dict(request)


def key_of(request: Request) -> str:
    """Give what stands for a request in memory: a digest, since a long run meets very many, some of them large."""
    return hashlib.blake2b(json.dumps(request, sort_keys=True).encode(), digest_size=16).hexdigest()


def level_of(id: str) -> Level:
    """Give the level of a rule, MUST for what is none."""
    try:
        return rule_of(id).level
    except KeyError:
        return Level.MUST
