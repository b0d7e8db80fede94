"""Reading an HTTP answer: a success is told by its body, a refusal by its code, and the rest is neither."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conformance.observation import Accepted, Crashed, Rejected, Unreachable, not_implemented
from conformance.targets.answers import read_answer

JSON = {"Content-Type": "application/x-amz-json-1.1"}
ID = {"WindowTaskId": "4f7ca192-7e9a-40fe-9192-5cb15e1b39f2"}


def body(document: Any) -> bytes:
    return json.dumps(document).encode()


def test_a_success_keeps_status_body_and_content_type() -> None:
    assert Accepted(status=200, body=ID, content_type=JSON["Content-Type"]) == read_answer(200, JSON, body(ID))


@pytest.mark.parametrize(
    ("content", "flaw"),
    [
        (b"\xef\xbb\xbf" + body(ID), "begins with a byte order mark"),
        (json.dumps(ID).encode("utf-16"), "is not in UTF-8"),
        (body(ID)[:-1] + b', "Priority": NaN}', "holds NaN, which is no JSON"),
    ],
    ids=["a byte order mark", "UTF-16", "NaN"],
)
def test_a_success_that_a_strict_reader_can_not_read_says_why(content: bytes, flaw: str) -> None:
    found = read_answer(200, JSON, content)
    assert isinstance(found, Accepted)
    assert flaw == found.flaw


@pytest.mark.parametrize("key", ["__type", "code"])
def test_a_refusal_keeps_its_bare_code_and_its_message(key: str) -> None:
    found = read_answer(400, JSON, body({key: "com.amazonaws.ssm#DoesNotExistException", "Message": "gone"}))
    assert (
        Rejected(status=400, code="DoesNotExistException", message="gone", content_type=JSON["Content-Type"]) == found
    )


def test_the_header_names_the_code_where_the_body_does_not() -> None:
    found = read_answer(400, {"X-Amzn-ErrorType": "ValidationException:http://x/"}, body({"message": "no"}))
    assert Rejected(status=400, code="ValidationException", message="no") == found


def test_an_empty_answer_with_a_code_in_its_header_is_a_refusal() -> None:
    assert Rejected(status=400, code="ValidationException") == read_answer(
        400, {"x-amzn-errortype": "ValidationException"}, b""
    )


def test_html_is_no_answer_whatever_its_status() -> None:
    for status in (200, 400, 404):
        found = read_answer(status, {"Content-Type": "text/html"}, b"<html><title>Error</title></html>")
        assert isinstance(found, Crashed)
        assert status == found.status
        assert "no JSON object" in found.detail


def test_xml_with_status_200_is_no_success() -> None:
    """An unsigned request is taken for S3 by moto, and answered 200 with XML."""
    found = read_answer(200, {"content-type": "application/xml"}, b"<?xml version='1.0'?><ListAllMyBucketsResult/>")
    assert isinstance(found, Crashed)


def test_a_200_that_names_an_error_is_a_refusal() -> None:
    found = read_answer(200, JSON, body({"__type": "ValidationException", "message": "no"}))
    assert isinstance(found, Rejected)
    assert "ValidationException" == found.code


def test_a_200_with_the_id_is_a_success_whatever_stands_beside_it() -> None:
    assert isinstance(read_answer(200, JSON, body({**ID, "code": "x"})), Accepted)


def test_an_empty_404_is_a_refusal_without_a_code_and_says_not_implemented() -> None:
    found = read_answer(404, {}, b"")
    assert Rejected(status=404, code="") == found
    assert not_implemented(found)


@pytest.mark.parametrize("content", [b"", b"  \n", b"[]", b'"text"', b"5", b"null", b"{", b"\xff\xfe"])
def test_a_200_that_is_no_object_is_no_success(content: bytes) -> None:
    assert isinstance(read_answer(200, JSON, content), Crashed)


def test_a_server_error_is_a_crash_with_a_short_excerpt() -> None:
    found = read_answer(500, {}, b"<html>" + b"x" * 1000)
    assert isinstance(found, Crashed)
    assert 500 == found.status
    assert len(found.detail) <= 160


@pytest.mark.parametrize(
    ("status", "document"),
    [(429, {}), (503, {}), (400, {"__type": "ThrottlingException"}), (400, {"__type": "x#TooManyRequestsException"})],
)
def test_throttled_is_not_an_answer(status: int, document: dict[str, str]) -> None:
    assert isinstance(read_answer(status, JSON, body(document)), Unreachable)


@pytest.mark.parametrize("code", [None, 5, [], {}])
def test_a_code_that_is_no_string_is_no_code(code: Any) -> None:
    found = read_answer(400, JSON, body({"__type": code}))
    assert isinstance(found, Rejected)
    assert "" == found.code


def test_a_success_without_a_content_type_says_so() -> None:
    assert Accepted(status=200, body=ID, content_type="none") == read_answer(200, {}, body(ID))
