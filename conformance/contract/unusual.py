"""Corpus: requests in unusual dress: escapes and whitespace, which change nothing, and what is left open."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from conformance.contract.entry import BASE, NO_SERVER_ERROR, TOKEN, Entry, Pack, text_of, with_raw

Base = Mapping[str, Any]
_DEEP = 1_000
_FACE = "\U0001f600"  # one character outside the BMP: four bytes of UTF-8, two UTF-16 units


def entries(base: Base = BASE) -> Iterator[Entry]:
    """Yield every body that must be accepted, then every one that may be either."""
    yield from _whitespace(base)
    yield from _escapes(base)
    yield from _loose_numbers(base)
    yield from _characters(base)
    yield from _encodings(base)
    yield from _duplicates(base)
    yield from _unknown(base)


def packs(base: Base = BASE) -> Iterator[Pack]:
    """Yield a body that must be accepted and two that may be either, each with what its groups have singly."""
    raw = rf'"\u004A a\/b \\\" caf\u00e9 caf{chr(0xE9)} a{_FACE}b a\ud83d\ude00b"'
    value = f'J a/b \\" café café a{_FACE}b a{_FACE}b'
    text = json.dumps({**json.loads(text_of(base)), "Description": "@@"}, indent="\t", separators=(",", " : \r\n"))
    text = text.replace('"@@"', raw).replace("AUTOM", r"\u0041UTOM").replace('"TaskT', r'"\u0054askT')
    words = "all whitespace and all escapes at once"
    dressed = _accepted("packed.dress", "wire.escapes", "P-01, P-24", words, f" \r\n\t{text} \r\n\t", Description=value)
    yield Pack(groups=("whitespace", "escapes"), entry=dressed)
    strange = text_of(base)[:-1] + (
        r', "Description": "\u0000\u0001\ud83d", "Priority": 1, "Priority": 1, "__proto__": {}, "": 1}'
    )
    words = "NUL, half of a surrogate pair, a member twice, and members that nobody knows"
    odd = _open("packed.strange", "wire.strange-characters", "section 11", words, strange)
    yield Pack(groups=("characters", "duplicates", "unknown-members"), entry=odd)
    # Alone: what stops at it reads nothing else.
    huge = with_raw(base, "Priority", "1" + "0" * 4999)
    number = _open("packed.number", "wire.loose-numbers", "P-18, P-19", "a number of 5,000 digits", huge)
    yield Pack(groups=("numbers",), entry=number)


# --- what must be accepted


def _whitespace(base: Base) -> Iterator[Entry]:
    text = text_of(base)
    for id, words, body in (
        ("leading", "whitespace before the document", f" \r\n\t{text}"),
        ("leading-newline", "a line break before the document", f"\n{text}"),
        ("trailing-newline", "a line break after the document", f"{text}\n"),
        ("trailing", "whitespace after the document", f"{text} \r\n\t"),
        ("none", "no whitespace at all", json.dumps(json.loads(text), separators=(",", ":"))),
        (
            "within",
            "whitespace of all kinds within",
            json.dumps(json.loads(text), indent="\t", separators=(",", " : \r\n")),
        ),
    ):
        yield _accepted(f"whitespace.{id}", "wire.whitespace", "P-01", words, body)


def _escapes(base: Base) -> Iterator[Entry]:
    rule, source = "wire.escapes", "P-01, P-24"
    text = text_of(base)
    yield _accepted("escapes.letter", rule, source, r"\u0041 for A", text.replace("AUTOM", r"\u0041UTOM"))
    yield _accepted("escapes.name", rule, source, "an escape in a name", text.replace('"TaskT', r'"\u0054askT'))
    for id, words, raw, value in (
        ("capital-digits", "hexadecimal digits in capitals", r'"\u004A"', "J"),
        ("slash", "an escaped slash", r'"a\/b"', "a/b"),
        ("backslash", "an escaped backslash and quote", r'"a\\\"b"', 'a\\"b'),
        ("raw-letter", "a letter beyond ASCII, as it is", '"caf\u00e9"', "caf\u00e9"),
        ("escaped-letter", "a letter beyond ASCII, escaped", r'"caf\u00e9"', "caf\u00e9"),
        ("raw-astral", "a character outside the BMP, as it is", f'"a{_FACE}b"', f"a{_FACE}b"),
        ("escaped-astral", "a character outside the BMP, as two escapes", r'"a\ud83d\ude00b"', f"a{_FACE}b"),
    ):
        body = with_raw(base, "Description", raw)
        yield _accepted(f"escapes.{id}", rule, source, words, body, Description=value)


def _accepted(id: str, rule: str, source: str, words: str, body: str, **echo: Any) -> Entry:
    return Entry(id=id, rule=rule, expect="accept", source=source, words=words, body=body.encode(), echo=echo)


# --- what may be either


def _loose_numbers(base: Base) -> Iterator[Entry]:
    for id, raw in (
        ("fraction", "1.5"),
        ("fraction-of-zero", "1.0"),
        ("exponent", "1e0"),
        ("capital-exponent", "1E+1"),
        ("minus-zero", "-0"),
        ("beyond-32-bits", "2147483648"),
        ("beyond-64-bits", "18446744073709551616"),
        ("beyond-double", "1e400"),
        ("tiny", "1e-400"),
        ("five-thousand-digits", "1" + "0" * 4999),
        ("huge-exponent", "1e999999999"),
    ):
        words = f"the number {raw}" if len(raw) < 30 else "a number of 5,000 digits"
        yield _open(f"numbers.{id}", "wire.loose-numbers", "P-18, P-19", words, with_raw(base, "Priority", raw))


def _characters(base: Base) -> Iterator[Entry]:
    question = "wire.strange-characters"
    for id, words, raw in (
        ("nul", "an escaped NUL", r'"a\u0000b"'),
        ("control", "escaped control characters", r'"a\u0001\u001f\u007fb"'),
        ("lone-high-surrogate", "half of a surrogate pair", r'"a\ud83db"'),
        ("lone-low-surrogate", "the other half of a surrogate pair", r'"a\ude00b"'),
        ("reversed-surrogates", "a surrogate pair in the wrong order", r'"\ude00\ud83d"'),
        ("noncharacter", "a code point that is no character", r'"a\uffffb"'),
        ("right-to-left", "a right-to-left override", r'"a\u202eb"'),
        ("line-separator", "a line separator, as it is", '"a\u2028b"'),
    ):
        yield _open(f"characters.{id}", question, "M-53, section 11", words, with_raw(base, "Description", raw))
    name = with_raw(base, "Description", '"conformance"').replace('"Descr', r'"\ud83d": 1, "Descr')
    yield _open("characters.name", question, "P-15, section 11", "half of a surrogate pair in an unknown name", name)


def _encodings(base: Base) -> Iterator[Entry]:
    text = text_of(base)
    described = text_of(base, Description="@@").encode()
    for id, words, body in (
        ("byte-order-mark", "a byte order mark before the document", b"\xef\xbb\xbf" + text.encode()),
        ("utf-16-marked", "UTF-16 with a byte order mark", b"\xff\xfe" + text.encode("utf-16-le")),
        ("utf-16-le", "UTF-16, low byte first", text.encode("utf-16-le")),
        ("utf-16-be", "UTF-16, high byte first", text.encode("utf-16-be")),
        ("overlong", "a slash in two bytes", described.replace(b"@@", b"a\xc0\xafb")),
        ("surrogates", "a surrogate pair in six bytes", described.replace(b"@@", b"\xed\xa0\xbd\xed\xb8\x80")),
    ):
        yield _open(f"encoding.{id}", "wire.other-encoding", "section 11", words, body)


def _duplicates(base: Base) -> Iterator[Entry]:
    text = text_of(base)
    arn = json.dumps(base["TaskArn"])
    for id, words, body in (
        ("same-value", "a member twice, with one value", f'{text[:-1]}, "TaskArn": {arn}}}'),
        ("other-value", "a member twice, with two values", f'{text[:-1]}, "TaskArn": "AWS-StopEC2Instance"}}'),
        ("invalid-first", "a member twice, first with a value that is none", f'{{"TaskType": "NONE", {text[1:]}'),
        ("other-type", "a member twice, of two types", f'{{"TaskArn": 5, {text[1:]}'),
        ("null-last", "a member twice, last with null", f'{text[:-1]}, "TaskArn": null}}'),
        ("escaped", "a member twice, once escaped", f'{text[:-1]}, "\\u0054askArn": {arn}}}'),
        ("token", "a token twice", f'{{"ClientToken": "{TOKEN[::-1]}", {text[1:]}'),
    ):
        yield _open(f"duplicates.{id}", "wire.duplicate-members", "section 11", words, body)


def _unknown(base: Base) -> Iterator[Entry]:
    deep = "[" * _DEEP + "]" * _DEEP
    for id, words, name, raw in (
        ("deep", f"an unknown member, {_DEEP:,} levels deep", "NoSuchMember", deep),
        ("empty-name", "a member without a name", "", '"x"'),
        ("type-hint", "a member __type", "__type", '"RegisterTaskWithMaintenanceWindowRequest"'),
        ("prototype", "a member __proto__", "__proto__", '{"TaskType": "LAMBDA"}'),
        ("camel-case", "an optional member in camel case", "description", '"conformance"'),
        ("long-name", "a name of 10,000 letters", "x" * 10_000, "1"),
    ):
        body = with_raw(base, name, raw)
        rule = "wire.deep-nesting" if id == "deep" else NO_SERVER_ERROR
        yield _open(f"unknown-members.{id}", "wire.unknown-members", "P-15", words, body, rule=rule)


def _open(id: str, question: str, source: str, words: str, body: str | bytes, *, rule: str = NO_SERVER_ERROR) -> Entry:
    content = body if isinstance(body, bytes) else body.encode("utf-8", "surrogatepass")
    return Entry(id=id, rule=rule, question=question, expect="open", source=source, words=words, body=content)
