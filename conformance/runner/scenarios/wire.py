"""Bodies that are no request: never a success or a server error, but refused as what can not be read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from conformance.contract.catalogue import rule as rule_of
from conformance.contract.rule import REFUSED
from conformance.events import CaseFinished
from conformance.observation import Accepted, Crashed, Rejected, Unreachable
from conformance.oracle import observed_in_words
from conformance.runner.scenarios.stage import Stage

_NO_REQUEST = "wire.body-no-request"


def bodies(request: dict[str, Any]) -> Iterator[tuple[str, str, bytes]]:
    """Yield (rule, label, body): what is no JSON, what is no object, nothing at all, and members in another case."""
    text = json.dumps(request)
    yield "wire.malformed-json", "no JSON", b"WindowId=mw"
    yield "wire.malformed-json", "cut", text[:-1].encode()
    yield "wire.malformed-json", "an open brace", b"{"
    yield "wire.malformed-json", "single quotes", text.replace('"', "'").encode()
    yield "wire.not-an-object", "a list", f"[{text}]".encode()
    yield "wire.not-an-object", "a string", b'"request"'
    yield "wire.not-an-object", "a number", b"5"
    yield "wire.not-an-object", "true", b"true"
    yield "wire.not-an-object", "null", b"null"
    yield "wire.empty-body", "zero bytes", b""
    camel = {name[0].lower() + name[1:]: value for name, value in request.items()}
    yield "wire.member-case", "members in camel case", json.dumps(camel).encode()


def malformed(stage: Stage) -> Iterator[CaseFinished]:
    """Each body that is no request, in a window that stays as it was."""
    window = stage.window()
    task = stage.must_register("token.other-token-new-task", window, stage.base)
    for rule, label, body in bodies({**stage.base, "WindowId": window}):
        answer = stage.send(body, label)
        yield from stage.status(answer)
        match answer:
            case Unreachable():
                yield stage.doubt(rule, answer)
            case Accepted():
                charged = rule if rule in ("wire.empty-body", "wire.member-case") else _NO_REQUEST
                yield stage.charge(charged, "too-lenient", "a refusal", observed_in_words(answer), answer)
            case Crashed():
                kind = "wire" if answer.status is not None and answer.status < 500 else "crash"
                yield stage.charge(_NO_REQUEST, kind, "a refusal", observed_in_words(answer), answer)
            case Rejected(code=code):
                codes = REFUSED if rule != "wire.malformed-json" else rule_of(rule).codes
                if code and code not in codes:
                    expected = f"refused with {' or '.join(sorted(codes))}"
                    yield stage.charge(rule, "wrong-error", expected, observed_in_words(answer), answer)
                else:
                    yield stage.kept(rule, _NO_REQUEST, observation=answer)
    listed = stage.listed(window)
    if listed is not None and listed != [task] and len(set(listed)) != 1:
        yield stage.charge("refusal.no-trace", "side-effect", "the one task that was there", f"{len(listed)} tasks")
