"""The awsJson1.1 wire: what every answer looks like, and what a body that is no request is answered with."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.contract.rule import REFUSED, SERIALIZATION, VALIDATION, Area, Evidence, Level, Promise, Rule

CONTENT_TYPE = "application/x-amz-json-1.1"
UNKNOWN_OPERATION = "UnknownOperationException"

_PROTOCOL = "Smithy: AWS JSON 1.1 protocol"
_JSON = "RFC 8259"
_OBSERVED = "kinesalite, held against AWS"


def _wire(
    id: str,
    statement: str,
    source: str,
    *,
    level: Level = Level.MUST,
    evidence: Evidence = Evidence.PROTOCOL,
    codes: frozenset[str] = REFUSED,
) -> Rule:
    return Rule(
        id=id,
        area=Area.WIRE,
        level=level,
        evidence=evidence,
        source=source,
        statement=statement,
        check=Promise(),
        codes=codes,
    )


def wire_rules() -> Iterator[Rule]:
    """Yield the wire rules: answers first, then what is no request, then what is one in unusual dress."""
    yield from _answers()
    yield from _no_requests()
    yield from _unusual_requests()


def _answers() -> Iterator[Rule]:
    yield _wire("wire.success-status", "a success travels with HTTP status 200", f"{_PROTOCOL} (P-02)")
    yield _wire("wire.success-content-type", f"a success travels as {CONTENT_TYPE}", f"{_PROTOCOL} (P-02)")
    yield _wire(
        "wire.success-body",
        "a success is a JSON object that holds the WindowTaskId",
        "botocore result shape (P-02, O-16)",
    )
    yield _wire("wire.error-code", "a refusal names its code in __type, code or the header", f"{_PROTOCOL} (P-03)")
    yield _wire("wire.null-optional-absent", "an explicit null on an optional member is absence", f"{_PROTOCOL} (P-12)")


def _no_requests() -> Iterator[Rule]:
    """Yield rules on what must be refused; of the weaker ones only the code is observed, see wire.body-no-request."""
    observed, unreadable = Evidence.OBSERVED, frozenset({SERIALIZATION})
    yield _wire(
        "wire.malformed-json",
        "a body that is no JSON is refused",
        f"{_OBSERVED} (P-08)",
        level=Level.SHOULD,
        evidence=observed,
        codes=unreadable,
    )
    yield _wire(
        "wire.not-an-object",
        "a body that is JSON but no object is refused",
        f"{_OBSERVED} (P-08)",
        level=Level.SHOULD,
        evidence=observed,
        codes=frozenset({SERIALIZATION, VALIDATION}),
    )
    yield _wire(
        "wire.body-no-request", "a body that is no request is never answered as a success, a 5xx or HTML", _PROTOCOL
    )
    yield _wire(
        "wire.empty-body",
        "an empty body is refused, since WindowId is required",
        f"{_PROTOCOL} (P-09, C-14)",
        codes=REFUSED,
    )
    yield _wire("wire.trailing-bytes", "nothing but whitespace follows the document", f"{_JSON}, section 2 (P-08)")
    yield _wire(
        "wire.number-form", "NaN, Infinity, 01, +1 and 0x1 are no JSON, and refused", f"{_JSON}, section 6 (P-08)"
    )
    yield _wire("wire.not-utf8", "a body with bytes that are no UTF-8 is refused", f"{_JSON}, section 8.1 (P-08)")
    yield _wire(
        "wire.deep-nesting",
        "a body nested a thousand or a hundred thousand levels deep is never answered with a server error",
        f"{_PROTOCOL} (P-08, P-15)",
    )
    yield _wire(
        "wire.unknown-operation",
        "an X-Amz-Target that names no operation is refused",
        f"{_OBSERVED} (P-07)",
        level=Level.SHOULD,
        evidence=observed,
        codes=frozenset({UNKNOWN_OPERATION}),
    )
    yield _wire(
        "wire.member-case",
        "member names are case-sensitive",
        "Smithy: property names are member names (P-24)",
        level=Level.SHOULD,
        evidence=Evidence.IMPLIED,
    )


def _unusual_requests() -> Iterator[Rule]:
    yield _wire("wire.whitespace", "whitespace around and within the document says nothing", f"{_JSON}, section 2")
    yield _wire(
        "wire.escapes",
        "an escaped character, in a value or a name, is that character",
        f"{_JSON}, sections 7 and 8.3",
    )
    yield _wire(
        "wire.no-server-error",
        "what the documents leave open on the wire is never answered with a server error",
        f"{_PROTOCOL} (P-11, P-15, P-18, P-19)",
    )
