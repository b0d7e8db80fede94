"""Corpus: bodies that are no request, and must be refused: no JSON, no object, nothing, or not in UTF-8."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from conformance.contract.entry import BASE, NO_REQUEST, Entry, text_of, with_raw

Base = Mapping[str, Any]
_DEEP, _VERY_DEEP = 1_000, 100_000


def entries(base: Base = BASE) -> Iterator[Entry]:
    """Yield every body that must be refused, whatever its headers."""
    text = text_of(base)
    yield from _no_json(base, text)
    yield from _trailing(text)
    yield from _numbers(base)
    yield from _bytes(text, base)
    yield from _no_object(base, text)
    yield from _nothing()
    yield from _names(base)
    yield from _deep()


def _no_json(base: Base, text: str) -> Iterator[Entry]:
    middle = len(text) // 2
    for id, words, body in (
        ("words", "words", "conformance"),
        ("form", "a form", "TaskType=AUTOMATION&TaskArn=AWS-RestartEC2Instance"),
        ("query", "a request of the query protocol", f"Action=RegisterTaskWithMaintenanceWindow&{_form(base)}"),
        ("xml", "XML", "<RegisterTask><TaskType>AUTOMATION</TaskType></RegisterTask>"),
        ("open-brace", "an open brace", "{"),
        ("closing-brace", "a closing brace", "}"),
        ("cut-last-byte", "cut before its last byte", text[:-1]),
        ("cut-in-the-middle", "cut in the middle", text[:middle]),
        ("cut-after-colon", "cut after a colon", text[: text.rindex(":") + 1]),
        ("single-quotes", "single quotes", text.replace('"', "'")),
        ("no-quotes", "names without quotes", text.replace('"TaskType"', "TaskType")),
        ("trailing-comma", "a comma before the closing brace", f"{text[:-1]},}}"),
        ("trailing-comma-in-list", "a comma before a closing bracket", with_raw(base, "Targets", "[1,]")),
        ("two-commas", "two commas", text.replace(", ", ",, ", 1)),
        ("no-comma", "no comma between members", text.replace(", ", " ", 1)),
        ("no-colon", "no colon after a name", text.replace(": ", " ", 1)),
        ("no-value", "no value after a colon", with_raw(base, "Description", "")),
        ("comment", "a comment", f"{text[:-1]} /* none */}}"),
        ("comment-to-end-of-line", "a comment to the end of a line", f"// none\n{text}"),
        ("bad-escape", "an escape that JSON has not", with_raw(base, "Description", r'"\x41"')),
        ("short-escape", "a \\u with two digits", with_raw(base, "Description", r'"\u41"')),
        ("raw-newline", "a line break within a string", with_raw(base, "Description", '"a\nb"')),
        ("raw-nul", "a NUL byte within a string", with_raw(base, "Description", '"a\0b"')),
        ("python-literal", "True for true", with_raw(base, "Description", "True")),
        ("python-none", "None for null", with_raw(base, "Description", "None")),
        ("undefined", "undefined for a value", with_raw(base, "Description", "undefined")),
        ("equals-sign", "an equals sign for a colon", text.replace(": ", " = ", 1)),
        ("form-feed", "a form feed, which is no whitespace of JSON", f"\f{text}"),
    ):
        yield _refused(f"malformed-json.{id}", "wire.malformed-json", "P-08", words, body, success=NO_REQUEST)


def _form(base: Base) -> str:
    return "&".join(f"{name}={value}" for name, value in base.items())


def _trailing(text: str) -> Iterator[Entry]:
    for id, words, after in (
        ("letter", "a letter after the document", "x"),
        ("brace", "a closing brace too many", "}"),
        ("comma", "a comma after the document", ","),
        ("document", "a second document", text),
        ("nul", "a NUL byte after the document", "\0"),
    ):
        yield _refused(f"trailing-bytes.{id}", "wire.trailing-bytes", "P-08", words, text + after)


def _numbers(base: Base) -> Iterator[Entry]:
    for id, raw in (
        ("nan", "NaN"),
        ("infinity", "Infinity"),
        ("minus-infinity", "-Infinity"),
        ("leading-zero", "01"),
        ("plus", "+1"),
        ("hexadecimal", "0x1"),
        ("underscore", "1_0"),
        ("no-digit-before-point", ".5"),
        ("no-digit-after-point", "1."),
        ("no-exponent", "1e"),
        ("two-minus", "--1"),
    ):
        body = with_raw(base, "Priority", raw)
        yield _refused(f"number-form.{id}", "wire.number-form", "P-08, P-17", f"{raw} for a number", body)


def _bytes(text: str, base: Base) -> Iterator[Entry]:
    described = text_of(base, Description="@@").encode()
    for id, words, content in (
        ("lone-byte", "the byte FF within a string", b"\xff\xff"),
        ("latin-1", "Latin-1 in place of UTF-8", "né".encode("latin-1")),
        ("cut-character", "a character cut after its first byte", b"\xc3"),
        ("lone-continuation", "a continuation byte alone", b"\x80"),
    ):
        body = described.replace(b"@@", content)
        yield _refused(f"not-utf8.{id}", "wire.not-utf8", "P-08", words, body)
    yield _refused("not-utf8.name", "wire.not-utf8", "P-08", "the byte FF within a name", _with_bad_name(text))
    yield _refused("not-utf8.gzip", "wire.not-utf8", "P-08", "compressed bytes that no header speaks of", _GZIP)


_GZIP = bytes.fromhex("1f8b0800000000000203abae050043bfa6a302000000")


def _with_bad_name(text: str) -> bytes:
    return text[:-1].encode() + b', "\xff": 1}'


def _no_object(base: Base, text: str) -> Iterator[Entry]:
    for id, words, body in (
        ("list", "a list that holds the request", f"[{text}]"),
        ("empty-list", "an empty list", "[]"),
        ("string", "a string", '"request"'),
        ("string-of-request", "the request as a string", json.dumps(text)),
        ("number", "a number", "5"),
        ("true", "true", "true"),
        ("null", "null", "null"),
    ):
        yield _refused(f"not-an-object.{id}", "wire.not-an-object", "P-08", words, body, success=NO_REQUEST)


def _nothing() -> Iterator[Entry]:
    yield _refused("empty-body.zero-bytes", "wire.empty-body", "P-09", "zero bytes", "")
    yield _refused("empty-body.whitespace", "wire.empty-body", "P-09", "whitespace alone", " \r\n\t")
    yield _refused("empty-body.empty-object", "WindowId.required", "P-10", "an object without members", "{}")


def _names(base: Base) -> Iterator[Entry]:
    def entry(id: str, words: str, renamed: Mapping[str, Any]) -> Entry:
        return _refused(f"member-case.{id}", "wire.member-case", "P-24", words, text_of(renamed))

    yield entry("camel", "members in camel case", {_camel(name): value for name, value in base.items()})
    yield entry("upper", "members in capitals", {name.upper(): value for name, value in base.items()})
    yield entry("blanks", "blanks around the names of members", {f" {name} ": value for name, value in base.items()})
    for member in ("WindowId", "TaskArn", "TaskType"):
        renamed = {_camel(name) if name == member else name: value for name, value in base.items()}
        yield entry(f"camel-{member}", f"{_camel(member)} for {member}", renamed)


def _camel(name: str) -> str:
    return name[0].lower() + name[1:]


def _deep() -> Iterator[Entry]:
    for depth in (_DEEP, _VERY_DEEP):
        for id, words, body in (
            ("lists", "lists in lists", "[" * depth + "]" * depth),
            ("open-lists", "lists that never end", "[" * depth),
            ("objects", "objects in objects, without any member of the operation", '{"a":' * depth + "1" + "}" * depth),
        ):
            yield _refused(
                f"deep-nesting.{id}-{depth}", "wire.deep-nesting", "P-08", f"{words}, {depth:,} levels", body
            )


def _refused(id: str, rule: str, source: str, words: str, body: str | bytes, *, success: str = "") -> Entry:
    content = body if isinstance(body, bytes) else body.encode()
    return Entry(id=id, rule=rule, expect="refuse", source=source, words=words, body=content, success=success)
