"""``mw-conformance corpus``: what it prints is in the shape of Smithy's httpMalformedRequestTests, and whole."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

import pytest

from conformance.cli import main
from conformance.contract.case import WINDOW
from conformance.contract.catalogue import rules
from conformance.contract.corpus import corpus
from conformance.contract.rule import Area, Base64, JsonType, NotNull
from conformance.contract.shapes import request_tree
from strategies.bodies import malformed_requests, unknown_member_cases

LISTS = ("httpMalformedRequestTests", "openRequests", "acceptedRequests")


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """The JSON that the command prints."""
    assert 0 == main(["corpus", "--format", "json"])
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


def test_every_test_has_the_members_that_smithy_asks_for_and_no_other(printed: dict[str, Any]) -> None:
    for each in printed["httpMalformedRequestTests"]:
        assert {"id", "protocol", "documentation", "tags", "request", "response"} == set(each)
        assert "aws.protocols#awsJson1_1" == each["protocol"]
        assert re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]+", each["id"]), each["id"]
        assert {"method", "uri", "headers", "body", "bodyMediaType"} == set(each["request"])
        assert all(isinstance(value, str) for value in each["request"]["headers"].values())
        assert {"code": 400} == each["response"]
        assert each["tags"]
        assert all(isinstance(tag, str) and tag for tag in each["tags"])


def test_no_two_tests_share_an_id(printed: dict[str, Any]) -> None:
    ids = [each["id"] for name in LISTS for each in printed[name]]
    assert len(ids) == len(set(ids))
    assert len(malformed_requests()) == len(ids)


def test_what_is_open_has_no_response_and_what_must_be_taken_a_success(printed: dict[str, Any]) -> None:
    assert all("response" not in each for each in printed["openRequests"])
    assert {200} == {each["response"]["code"] for each in printed["acceptedRequests"]}


def test_the_bodies_are_those_that_the_suite_sends(printed: dict[str, Any]) -> None:
    found = {each["id"]: each["request"] for name in LISTS for each in printed[name]}
    for entry in (entry for group in corpus() for entry in group.entries):
        request = found[re.sub(r"[.-]", "_", entry.id)]
        binary = request["bodyMediaType"] == "application/octet-stream"
        body = base64.b64decode(request["body"]) if binary else request["body"].encode()
        assert entry.body == body, entry.id
        assert entry.sent_headers == request["headers"]
    assert WINDOW == printed["placeholders"]["WindowId"]


def test_a_refused_test_names_its_rule_its_level_and_its_codes(printed: dict[str, Any]) -> None:
    found = {each["id"]: each["tags"] for each in printed["httpMalformedRequestTests"]}
    assert ["wire.number-form", "MUST", "SerializationException", "ValidationException"] == found["number_form_nan"]
    assert ["wire.malformed-json", "MUST", "SerializationException"] == found["malformed_json_cut_last_byte"]
    assert ["wire.unknown-operation", "SHOULD", "UnknownOperationException"] == found["unknown_operation_other_prefix"]


def test_the_table_names_every_request(capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == main(["corpus"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1].startswith(f"{len(malformed_requests())} requests")
    assert [entry.id for entry in malformed_requests()] == [line[33:] for line in lines[:-2]]


# --- what the corpus holds beyond the entries that are written down


def test_every_member_is_sent_every_json_type_that_it_can_not_be() -> None:
    kinds = {"string": "string", "blob": "string", "integer": "number", "boolean": "boolean", "list": "list"}
    bodies = {entry.id: json.loads(entry.body) for entry in malformed_requests() if ".type/" in entry.id}
    for node in request_tree().walk():
        if not node.path or node.path.endswith("{key}"):
            continue
        wrong = {"string", "number", "boolean", "list", "object"} - {kinds.get(node.kind, "object")}
        labels = {id.partition("/a ")[2] for id in bodies if id.startswith(f"{node.path}.type/")}
        if node.kind == "boolean":
            labels = {"string" if label == "word" else label for label in labels}  # "true" in quotes is open
        assert wrong <= labels, node.path


def test_every_rule_on_what_a_shape_can_read_has_a_body() -> None:
    found = {entry.rule for entry in malformed_requests()}
    unreadable = JsonType | NotNull | Base64
    assert {
        each.id for each in rules().values() if each.area is Area.WIRE and isinstance(each.check, unreadable)
    } <= found


def test_every_structure_is_sent_a_member_that_it_has_not() -> None:
    structures = [node for node in request_tree().walk() if node.kind == "structure"]
    assert len(structures) == len(list(unknown_member_cases())) > 10


def test_base64_that_is_none_has_every_known_form() -> None:
    rule = "TaskInvocationParameters.Lambda.Payload.base64"
    sent = {
        json.loads(entry.body)["TaskInvocationParameters"]["Lambda"]["Payload"]
        for entry in malformed_requests()
        if entry.rule == rule
    }
    assert {"-_-_", "!!!!", "e30", "e3 0=", "e30=\n", "=e30"} <= sent
