"""Corpus: valid bodies in wrong envelopes: X-Amz-Target that names no operation, content types, methods and paths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.contract.entry import BASE, NO_SERVER_ERROR, Entry, text_of

_OPERATION = "RegisterTaskWithMaintenanceWindow"


def entries(base: Mapping[str, Any] = BASE) -> Iterator[Entry]:
    """Yield every request whose body is valid and whose headers, method or path are not those of the protocol."""
    body = text_of(base).encode()
    yield from _targets(body)
    yield from _content_types(body)
    yield from _methods(body)


def _targets(body: bytes) -> Iterator[Entry]:
    for id, words, value in (
        ("missing", "no X-Amz-Target", None),
        ("empty", "an empty X-Amz-Target", ""),
        ("unknown", "an operation that SSM has not", "AmazonSSM.NoSuchOperation"),
        ("lower-case", "the operation in lower case", f"AmazonSSM.{_OPERATION.lower()}"),
        ("camel-case", "the operation in camel case", f"AmazonSSM.r{_OPERATION[1:]}"),
        ("misspelled", "the operation without its last letter", f"AmazonSSM.{_OPERATION[:-1]}"),
        ("longer", "letters after the operation", f"AmazonSSM.{_OPERATION}s"),
        ("other-prefix", "a prefix that no service has", f"NoSuchService.{_OPERATION}"),
        ("other-service", "the prefix of another service", f"DynamoDB_20120810.{_OPERATION}"),
        ("lower-case-prefix", "the prefix in lower case", f"amazonssm.{_OPERATION}"),
        ("no-prefix", "the operation without a prefix", _OPERATION),
        ("no-operation", "the prefix without an operation", "AmazonSSM."),
        ("prefix-alone", "the prefix without its dot", "AmazonSSM"),
        ("other-separator", "another separator", f"AmazonSSM#{_OPERATION}"),
        ("version", "a version between prefix and operation", f"AmazonSSM_20141106.{_OPERATION}"),
    ):
        yield Entry(
            id=f"unknown-operation.{id}",
            rule="wire.unknown-operation",
            expect="refuse",
            source="P-01, P-07",
            words=words,
            body=body,
            headers={"X-Amz-Target": value},
        )


def _content_types(body: bytes) -> Iterator[Entry]:
    for id, value in (
        ("missing", None),
        ("json", "application/json"),
        ("json-1.0", "application/x-amz-json-1.0"),
        ("charset", "application/x-amz-json-1.1; charset=utf-8"),
        ("upper-case", "Application/X-AMZ-JSON-1.1"),
        ("text", "text/plain"),
        ("xml", "application/xml"),
        ("form", "application/x-www-form-urlencoded"),
        ("multipart", "multipart/form-data; boundary=none"),
        ("no-type", "nonsense"),
    ):
        yield _open(
            f"content-type.{id}",
            "wire.other-content-type",
            "P-11",
            "no Content-Type" if value is None else f"Content-Type {value}",
            body,
            headers={"Content-Type": value},
        )


def _methods(body: bytes) -> Iterator[Entry]:
    for method in ("GET", "PUT", "DELETE", "PATCH", "OPTIONS"):
        yield _open(f"method.{method}", "wire.other-method", "P-01", f"{method} in place of POST", body, method=method)
    for id, path in (("below-root", "/ssm"), ("operation", f"/{_OPERATION}"), ("two-slashes", "//")):
        yield _open(f"path.{id}", "wire.other-path", "P-01", f"POST {path} in place of POST /", body, path=path)


def _open(
    id: str,
    question: str,
    source: str,
    words: str,
    body: bytes,
    *,
    method: str = "POST",
    path: str = "/",
    headers: Mapping[str, str | None] | None = None,
) -> Entry:
    return Entry(
        id=id,
        rule=NO_SERVER_ERROR,
        question=question,
        expect="open",
        source=source,
        words=words,
        body=body,
        method=method,
        path=path,
        headers=headers or {},
        any_form=True,
    )
