"""The awsJson1.1 wire: what every answer looks like, and what a body that is no request is answered with."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.contract.rule import REFUSED, SERIALIZATION, VALIDATION, Area, Evidence, Level, Promise, Rule

CONTENT_TYPE = "application/x-amz-json-1.1"


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
    """Yield the wire rules: answers first, then bodies that are no request."""
    protocol = "Smithy: AWS JSON 1.1 protocol"
    yield _wire("wire.success-status", "a success travels with HTTP status 200", f"{protocol} (P-02)")
    yield _wire("wire.success-content-type", f"a success travels as {CONTENT_TYPE}", f"{protocol} (P-02)")
    yield _wire(
        "wire.success-body",
        "a success is a JSON object that holds the WindowTaskId",
        "botocore result shape (P-02, O-16)",
    )
    yield _wire("wire.error-code", "a refusal names its code in __type, code or the header", f"{protocol} (P-03)")
    yield _wire("wire.null-optional-absent", "an explicit null on an optional member is absence", f"{protocol} (P-12)")
    observed = Evidence.OBSERVED
    yield _wire(
        "wire.malformed-json",
        "a body that is no JSON is refused",
        "kinesalite, held against AWS (P-08)",
        level=Level.SHOULD,
        evidence=observed,
        codes=frozenset({SERIALIZATION}),
    )
    yield _wire(
        "wire.not-an-object",
        "a body that is JSON but no object is refused",
        "kinesalite, held against AWS (P-08)",
        level=Level.SHOULD,
        evidence=observed,
        codes=frozenset({SERIALIZATION, VALIDATION}),
    )
    yield _wire(
        "wire.body-no-request", "a body that is no request is never answered as a success, a 5xx or HTML", protocol
    )
    yield _wire(
        "wire.empty-body",
        "an empty body is refused, since WindowId is required",
        f"{protocol} (P-09, C-14)",
        codes=REFUSED,
    )
    yield _wire(
        "wire.unknown-operation",
        "an X-Amz-Target that names no operation is refused",
        "kinesalite, held against AWS (P-07)",
        level=Level.SHOULD,
        evidence=observed,
        codes=frozenset({"UnknownOperationException"}),
    )
    yield _wire(
        "wire.member-case",
        "member names are case-sensitive",
        "Smithy: property names are member names (P-24)",
        level=Level.SHOULD,
        evidence=Evidence.IMPLIED,
    )
