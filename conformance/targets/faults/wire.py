"""Faults in reading bodies: what is no request is taken for one, what is one is refused, or not read as written."""

from __future__ import annotations

import ast
import base64
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from conformance.contract.catalogue import broken_rules
from conformance.contract.entry import NO_REQUEST
from conformance.contract.rule import DOES_NOT_EXIST
from conformance.targets.base import Body
from conformance.targets.faults.fault import Mutant, values_at, with_methods
from conformance.targets.reference import ReferenceTarget, Refused

Self = ReferenceTarget
Document = dict[str, Any]


def misread_bodies() -> Iterator[Mutant]:
    """Bodies are read otherwise than as JSON in UTF-8."""
    yield from _kind_parsers()
    yield from _kind_decoders()
    yield from _kind_blobs()
    yield from _other_documents()
    yield from _strict_readers()
    yield from _spoilt_text()


def plant(id: str, expects: tuple[str, ...], **methods: Callable[..., Any]) -> Mutant:
    """Give the fault of a reference target in which some methods are replaced."""
    return Mutant(id=f"wire:{id}", operator="wire", expects=expects, make=with_methods(**methods))


# --- bodies that are no JSON, and are read all the same


def _kind_parsers() -> Iterator[Mutant]:
    def trailing(self: Self, text: str) -> Any:
        return json.JSONDecoder(parse_constant=_refuse).raw_decode(text.lstrip())[0]

    def numbers(self: Self, text: str) -> Any:
        return json.loads(text)

    def literals(self: Self, text: str) -> Any:
        return _or(text, lambda: ast.literal_eval(text))

    def controls(self: Self, text: str) -> Any:
        return json.loads(text, strict=False, parse_constant=_refuse)

    def form(self: Self, text: str) -> Any:
        return _or(text, lambda: dict(part.split("=", 1) for part in text.split("&")))

    yield plant("bytes after the document are ignored", ("wire.trailing-bytes",), parsed=trailing)
    yield plant("NaN and infinities are read", ("wire.number-form",), parsed=numbers)
    yield plant("Python literals are read", (NO_REQUEST, "wire.number-form"), parsed=literals)
    yield plant("control characters are read", (NO_REQUEST,), parsed=controls)
    yield plant("forms are read", (NO_REQUEST,), parsed=form)
    for id, pattern, put in (
        ("comments are skipped", r"/\*.*?\*/|//[^\n]*\n", ""),
        ("a comma may stand before a brace", r",(?=\s*[}\]])", ""),
        ("names need no quotes", r"(?<=[{, ])(\w+)(?=:)", r'"\1"'),
        ("unknown escapes are letters", r"\\x41", "A"),
        ("what was cut is closed", r"[^}]\Z", r'"}'),
    ):
        mended = re.compile(pattern, re.DOTALL)

        def read(self: Self, text: str, mended: re.Pattern[str] = mended, put: str = put) -> Any:
            return _or(text, lambda: strict(mended.sub(put, text)))

        yield plant(id, (NO_REQUEST,), parsed=read)
    for id, wrong, right in (
        ("numbers may begin with zero", r"0(?=\d)", ""),
        ("numbers may begin with plus", r"\+", ""),
        ("numbers may be hexadecimal", r"0x1", "1"),
        ("numbers may end with a point", r"1\.", "1"),
    ):
        number = re.compile(rf'(?<="Priority": ){wrong}')

        def read_number(self: Self, text: str, number: re.Pattern[str] = number, right: str = right) -> Any:
            return _or(text, lambda: strict(number.sub(right, text)))

        yield plant(id, ("wire.number-form",), parsed=read_number)


def _refuse(name: str) -> None:
    raise ValueError(name)


def strict(text: str, **hooks: Any) -> Any:
    """Read JSON without what Python's parser adds to it; ValueError when it is none."""
    return json.loads(text, parse_constant=_refuse, **hooks)


def _or(text: str, other: Callable[[], Any]) -> Any:
    """Read JSON; where it is none, read it the other way, and where that fails too, refuse it."""
    try:
        return strict(text)
    except ValueError:
        try:
            return other()
        except (SyntaxError, TypeError, KeyError, RecursionError, MemoryError) as error:
            raise ValueError(str(error)) from error


def _kind_decoders() -> Iterator[Mutant]:
    def decoding(encoding: str, errors: str) -> Callable[[Self, bytes], str]:
        return lambda self, body: body.decode(encoding, errors)

    yield plant("bad bytes become question marks", ("wire.not-utf8",), text_of=decoding("utf-8", "replace"))
    yield plant("bad bytes are dropped", ("wire.not-utf8",), text_of=decoding("utf-8", "ignore"))
    yield plant("the body is Latin-1", ("wire.not-utf8", "wire.escapes"), text_of=decoding("latin-1", "strict"))


_PAYLOAD = "TaskInvocationParameters.Lambda.Payload"


def _kind_blobs() -> Iterator[Mutant]:
    def url_safe(text: str) -> bytes:
        return base64.b64decode(text, altchars=b"-_", validate=True)

    def unpadded(text: str) -> bytes:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)

    def spaced(text: str) -> bytes:
        return base64.b64decode("".join(text.split()), validate=True)

    for id, reader in (
        ("base64 may be url-safe", url_safe),
        ("base64 needs no padding", unpadded),
        ("base64 may hold whitespace", spaced),
        ("base64 may hold anything", base64.b64decode),
    ):

        def broken(self: Self, document: Document, reader: Callable[[str], bytes] = reader) -> frozenset[str]:
            found, reads = broken_rules(document), _reads(reader)
            read = any(reads(value) for value in values_at(_PAYLOAD, document) if isinstance(value, str))
            return found - {f"{_PAYLOAD}.base64"} if read else found

        yield plant(id, (f"{_PAYLOAD}.base64",), broken=broken)


def _reads(reader: Callable[[str], bytes]) -> Callable[[Any], bool]:
    def reads(text: Any) -> bool:
        try:
            reader(text)
        except (TypeError, ValueError):
            return False
        return True

    return reads


def _other_documents() -> Iterator[Mutant]:
    def first(self: Self, text: str) -> Any:
        found = ReferenceTarget.parsed(self, text)
        return found[0] if isinstance(found, list) and found else found

    def twice(self: Self, text: str) -> Any:
        found = ReferenceTarget.parsed(self, text)
        return ReferenceTarget.parsed(self, found) if isinstance(found, str) else found

    def empty(self: Self, body: Body) -> Document:
        try:
            return ReferenceTarget.read(self, body)
        except Refused:
            return {}

    def not_found(self: Self, body: Body) -> Document:
        return _refusing(self, body, DOES_NOT_EXIST, 400)

    def no_content(self: Self, document: Document) -> Document:
        return ReferenceTarget.register(self, document) if document else {}

    yield plant("a list stands for its first element", (NO_REQUEST,), parsed=first)
    yield plant("a string is read again", (NO_REQUEST,), parsed=twice)
    yield plant("what can not be read is an empty document", ("wire.malformed-json",), read=empty)
    yield plant("what can not be read is not found", ("wire.malformed-json", "wire.*"), read=not_found)
    yield plant(
        "what can not be read is a success", ("wire.empty-body", NO_REQUEST, "wire.*"), read=empty, register=no_content
    )


def _refusing(self: Self, body: Body, code: str, status: int) -> Document:
    try:
        return ReferenceTarget.read(self, body)
    except Refused as refusal:
        raise Refused(code, str(refusal), status) from refusal


# --- what must be read, and is not, or not as it was written


def _strict_readers() -> Iterator[Mutant]:
    def refusing(pattern: str) -> Callable[[Self, str], Any]:
        bad = re.compile(pattern, re.DOTALL)

        def parsed(self: Self, text: str) -> Any:
            if bad.search(text):
                raise ValueError("not thought of")
            return ReferenceTarget.parsed(self, text)

        return parsed

    yield plant("no whitespace may lead", ("wire.whitespace",), parsed=refusing(r"\A\s"))
    yield plant("no whitespace may follow", ("wire.whitespace",), parsed=refusing(r"\}\s+\Z"))
    yield plant("no line break within", ("wire.whitespace",), parsed=refusing(r"\n\s*\S"))
    yield plant("no escapes in names", ("wire.escapes",), parsed=refusing(r'"\\u[^"]*":'))
    yield plant("no escaped slash", ("wire.escapes",), parsed=refusing(r"\\/"))
    yield plant("no letter beyond ASCII", ("wire.escapes", "*"), parsed=refusing(r"[^\x00-\x7f]"))
    yield plant("no characters of four bytes", ("wire.escapes", "*"), parsed=refusing(r"[\U00010000-\U0010ffff]"))


def _spoilt_text() -> Iterator[Mutant]:
    def unread(pattern: str, put: str) -> Callable[[Self, str], Any]:
        wrong = re.compile(pattern)
        return lambda self, text: ReferenceTarget.parsed(self, wrong.sub(put, text))

    yield plant("an escaped slash keeps its backslash", ("wire.escapes",), parsed=unread(r"\\/", r"\\\\/"))
    yield plant(
        "a surrogate pair becomes two marks", ("wire.escapes",), parsed=unread(r"(\\ud[89a-f][0-9a-f]{2})", r"\\ufffd")
    )
    yield plant("an escaped letter is lost", ("wire.escapes",), parsed=unread(r"\\u00e9", ""))
