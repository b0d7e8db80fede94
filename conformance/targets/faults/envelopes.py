"""Faults around bodies: falling over what can not be read, targets taken for granted, answers in the wrong form."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from conformance.contract.entry import NO_REQUEST
from conformance.contract.rule import SERIALIZATION, VALIDATION
from conformance.contract.wire import CONTENT_TYPE, UNKNOWN_OPERATION
from conformance.observation import Accepted, Observation, Rejected
from conformance.targets.answers import read_answer
from conformance.targets.base import Body, RawCall
from conformance.targets.faults.fault import Mutant
from conformance.targets.faults.wire import plant, strict
from conformance.targets.reference import ReferenceTarget, Refused

Self = ReferenceTarget
Document = dict[str, Any]

_HTML = b"<!doctype html><title>Internal Server Error</title>"


def broken_envelopes() -> Iterator[Mutant]:
    """Whatever is not in the body goes wrong: the call, its answer, and what is left of it."""
    yield from _falling_over()
    yield from _names()
    yield from _targets()
    yield from _answers()
    yield from _traces()


# --- falling over


def _falling_over() -> Iterator[Mutant]:
    def unguarded(self: Self, body: Body) -> Document:
        if isinstance(body, bytes):
            try:
                return dict(self.parsed(self.text_of(body)))
            except (ValueError, RecursionError) as error:
                raise RuntimeError(f"no JSON: {error}") from error
        return ReferenceTarget.read(self, body)

    def only(kind: type[Exception]) -> Callable[[Self, Body], Document]:
        def read(self: Self, body: Body) -> Document:
            try:
                return ReferenceTarget.read(self, body)
            except Refused as refusal:
                if isinstance(refusal.__cause__, kind):
                    raise RuntimeError("not thought of") from refusal
                raise

        return read

    def no_attribute(self: Self, body: Body) -> Document:
        return {**self.parsed(self.text_of(body))} if isinstance(body, bytes) else ReferenceTarget.read(self, body)

    def big(self: Self, text: str) -> Any:
        return strict(text, parse_int=_small)

    def once(pairs: list[tuple[str, Any]]) -> Document:
        if len(dict(pairs)) < len(pairs):
            raise RuntimeError("a member stands twice")
        return dict(pairs)

    def unique(self: Self, text: str) -> Any:
        return strict(text, object_pairs_hook=once)

    yield plant("what can not be read fells it", (NO_REQUEST, "wire.*"), read=unguarded)
    yield plant("bytes that are no UTF-8 fell it", ("wire.not-utf8",), read=only(UnicodeDecodeError))
    yield plant("deep nesting fells it", ("wire.deep-nesting",), read=only(RecursionError))
    yield plant("a list or a number fells it", (NO_REQUEST,), read=no_attribute)
    yield plant("a long number fells it", ("wire.no-server-error",), parsed=big)
    yield plant("half a surrogate pair fells it", ("wire.no-server-error",), register=_encoding)
    yield plant("a member that stands twice fells it", ("wire.no-server-error",), parsed=unique)
    yield plant("another content type fells it", ("wire.no-server-error",), operation_of=_by_content_type)
    yield plant("another method fells it", ("wire.no-server-error",), operation_of=_by_method)


def _small(digits: str) -> int:
    if len(digits) > 100:
        raise RuntimeError("too long a number")
    return int(digits)


def _encoding(self: Self, document: Document) -> Document:
    try:
        json.dumps(document, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise RuntimeError("no such character") from error
    return ReferenceTarget.register(self, document)


def _by_content_type(self: Self, call: RawCall, ordinary: str) -> str:
    content_type = {name.lower(): value for name, value in call.headers.items()}.get("content-type", CONTENT_TYPE)
    if content_type != CONTENT_TYPE:
        raise RuntimeError(f"no reader for {content_type}")
    return ReferenceTarget.operation_of(self, call, ordinary)


def _by_method(self: Self, call: RawCall, ordinary: str) -> str:
    if call.method not in ("POST", "GET"):
        raise RuntimeError(f"no handler for {call.method}")
    return ReferenceTarget.operation_of(self, call, ordinary)


# --- names and targets


def _names() -> Iterator[Mutant]:
    def any_case(self: Self, document: Document) -> Document:
        known = {name.lower(): name for name in ("WindowId", "TaskArn", "TaskType")}
        return ReferenceTarget.register(self, {known.get(name.lower(), name): document[name] for name in document})

    yield plant("names in any case", ("wire.member-case",), register=any_case)


def _targets() -> Iterator[Mutant]:
    def last_part(self: Self, call: RawCall, ordinary: str) -> str | None:
        found = ReferenceTarget.target_of(self, call, ordinary)
        return None if found is None else f"AmazonSSM.{found.rpartition('.')[2]}"

    def any_case(self: Self, call: RawCall, ordinary: str) -> str | None:
        found = ReferenceTarget.target_of(self, call, ordinary)
        same = found is not None and found.lower() == f"AmazonSSM.{ordinary}".lower()
        return f"AmazonSSM.{ordinary}" if same else found

    def guessed(self: Self, call: RawCall, ordinary: str) -> str | None:
        return ReferenceTarget.target_of(self, call, ordinary) or f"AmazonSSM.{ordinary}"

    def nearest(self: Self, call: RawCall, ordinary: str) -> str | None:
        found = ReferenceTarget.target_of(self, call, ordinary) or "AmazonSSM.none"
        return f"AmazonSSM.{ordinary}" if f"AmazonSSM.{ordinary}".startswith(found) and "W" in found else found

    def refusing(code: str, status: int) -> Callable[[Self, RawCall, str], str]:
        def operation_of(self: Self, call: RawCall, ordinary: str) -> str:
            try:
                return ReferenceTarget.operation_of(self, call, ordinary)
            except Refused as refusal:
                raise Refused(code, str(refusal), status) from refusal

        return operation_of

    def falling(self: Self, call: RawCall, ordinary: str) -> str:
        return {f"AmazonSSM.{ordinary}": ordinary}[str(self.target_of(call, ordinary))]

    rule = "wire.unknown-operation"
    yield plant("the prefix of a target is not read", (rule,), target_of=last_part)
    yield plant("a target in any case", (rule,), target_of=any_case)
    yield plant("a missing target is guessed", (rule,), target_of=guessed)
    yield plant("the nearest operation is taken", (rule,), target_of=nearest)
    yield plant("an unknown operation is invalid", (rule,), operation_of=refusing(VALIDATION, 400))
    yield plant("an unknown operation has no code", (rule,), operation_of=refusing("", 404))
    yield plant(
        "an unknown operation is forbidden",
        ("errors.client-error-status",),
        operation_of=refusing(UNKNOWN_OPERATION, 403),
    )
    yield plant("an unknown operation fells it", (rule,), operation_of=falling)


# --- answers


def _answers() -> Iterator[Mutant]:
    def answering(change: Callable[[Observation], Observation]) -> Callable[..., Observation]:
        def ask(self: Self, operation: str, body: Body, *, valid: bool) -> Observation:
            answer = ReferenceTarget.ask(self, operation, body, valid=valid)
            return change(answer) if operation.startswith("RegisterTask") else answer

        return ask

    def success(**changed: Any) -> Callable[..., Observation]:
        return answering(lambda answer: replace(answer, **changed) if isinstance(answer, Accepted) else answer)

    def unreadable(status: int, content: bytes, headers: Mapping[str, str]) -> Callable[..., Observation]:
        def change(answer: Observation) -> Observation:
            refused = isinstance(answer, Rejected) and answer.code == SERIALIZATION
            return read_answer(status, headers, content) if refused else answer

        return answering(change)

    def as_bytes(before: bytes, encoding: str) -> Callable[..., Observation]:
        def change(answer: Observation) -> Observation:
            if not isinstance(answer, Accepted):
                return answer
            text = json.dumps(answer.body)
            return read_answer(200, {"Content-Type": CONTENT_TYPE}, before + text.encode(encoding))

        return answering(change)

    html = {"Content-Type": "text/html"}
    yield plant("unreadable bodies are answered 500 with HTML", (NO_REQUEST, "*"), ask=unreadable(500, _HTML, html))
    yield plant("unreadable bodies are answered 400 with HTML", (NO_REQUEST, "*"), ask=unreadable(400, _HTML, html))
    yield plant("unreadable bodies are answered 200 with HTML", (NO_REQUEST, "*"), ask=unreadable(200, _HTML, html))
    yield plant("unreadable bodies are answered 200", (NO_REQUEST, "*"), ask=unreadable(200, b"{}", {}))
    yield plant("unreadable bodies get no code", ("wire.error-code",), ask=unreadable(400, b'{"message": ""}', {}))
    yield plant("a success is text", ("wire.success-content-type",), ask=success(content_type="text/plain"))
    yield plant("a success is 201", ("wire.success-status",), ask=success(status=201))
    yield plant("a success has no id", ("wire.success-body",), ask=success(body={"TaskId": "x"}))
    yield plant("a success has a byte order mark", ("wire.success-body",), ask=as_bytes(b"\xef\xbb\xbf", "utf-8"))
    yield plant("a success is UTF-16", ("wire.success-body",), ask=as_bytes(b"\xff\xfe", "utf-16-le"))


# --- traces


def _traces() -> Iterator[Mutant]:
    def reading(store: Callable[[Self], None]) -> Callable[[Self, Body], Document]:
        def read(self: Self, body: Body) -> Document:
            try:
                return ReferenceTarget.read(self, body)
            except Refused:
                store(self)
                raise

        return read

    def stored(self: Self) -> None:
        for window in list(self.windows.values())[-1:]:
            window.tasks[self.new_id()] = {}

    def emptied(self: Self) -> None:
        for window in list(self.windows.values())[-1:]:
            window.tasks.clear()

    def poisoned(self: Self) -> None:
        for window in list(self.windows.values())[-1:]:
            window.details["poisoned"] = True

    def describe(self: Self, document: Document) -> Document:
        if self.window_of(document).details.get("poisoned"):
            raise RuntimeError("the window can not be read any more")
        return ReferenceTarget.describe_tasks(self, document)

    yield plant("an unreadable body is stored", ("refusal.no-trace",), read=reading(stored))
    yield plant("an unreadable body empties the window", ("refusal.no-trace",), read=reading(emptied))
    yield plant(
        "an unreadable body spoils the window",
        ("acceptance.reads-work",),
        read=reading(poisoned),
        describe_tasks=describe,
    )
