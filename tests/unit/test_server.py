"""The reference behind a port: strict about what a request is, and the same service as in this process."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from conformance.observation import Accepted
from conformance.targets.answers import Answer
from conformance.targets.base import TargetError
from conformance.targets.boto import endpoint_target
from conformance.targets.reference import ReferenceTarget
from conformance.targets.server import Identity, Server, json_error

JSON = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "AmazonSSM.CreateMaintenanceWindow"}
WINDOW = b'{"Name": "abc", "Schedule": "at(2099-12-31T23:59:59)", "Duration": 2, "Cutoff": 1}'


@pytest.fixture
def server() -> Iterator[Server]:
    """A server on a free port, closed however the test ends."""
    found = Server(ReferenceTarget(), identity=Identity(account="210987654321", aliases=("a&b",)))
    try:
        yield found
    finally:
        found.close()


def send(
    server: Server, body: bytes = WINDOW, *, method: str = "POST", path: str = "/", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """Send one request; keyword headers have underscores for dashes, and an empty one is left out."""
    sent = {**JSON, **{name.replace("_", "-"): value for name, value in headers.items()}}
    connection = http.client.HTTPConnection(server.address.partition("//")[2], timeout=10)
    try:
        connection.request(method, path, body, {name: value for name, value in sent.items() if value})
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def test_a_success_travels_as_the_protocol_says(server: Server) -> None:
    status, headers, body = send(server)
    assert (200, "application/x-amz-json-1.1") == (status, headers["content-type"])
    assert headers["x-amzn-requestid"]
    assert ["WindowId"] == list(json.loads(body))


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        ({"X_Amz_Target": "AmazonSSM.NoSuchOperation"}, 400, "UnknownOperationException"),
        ({"X_Amz_Target": "CreateMaintenanceWindow"}, 400, "UnknownOperationException"),
        ({"X_Amz_Target": "DynamoDB_20120810.CreateMaintenanceWindow"}, 400, "UnknownOperationException"),
        ({"X_Amz_Target": "AmazonSSM."}, 400, "UnknownOperationException"),
        ({"X_Amz_Target": ""}, 400, "UnknownOperationException"),
        ({"Content_Type": "application/json"}, 400, "UnknownOperationException"),
        ({"Content_Type": "application/x-amz-json-1.0"}, 400, "UnknownOperationException"),
        ({"Content_Type": ""}, 400, "UnknownOperationException"),
        ({"method": "GET", "body": b""}, 405, "UnknownOperationException"),
        ({"method": "PUT"}, 405, "UnknownOperationException"),
        ({"method": "BREW"}, 405, "UnknownOperationException"),
        ({"path": "/elsewhere"}, 404, "UnknownOperationException"),
        ({"body": b"{"}, 400, "SerializationException"),
        ({"body": b"[1]"}, 400, "SerializationException"),
        ({"body": b"\xff\xfe{}"}, 400, "SerializationException"),
    ],
)
def test_what_is_no_request_is_refused_in_the_form_of_the_protocol(
    server: Server, words: dict[str, Any], status: int, code: str
) -> None:
    seen, headers, body = send(server, **words)
    assert (status, code) == (seen, json.loads(body)["__type"])
    assert "application/x-amz-json-1.1" == headers["content-type"]


def test_parameters_of_the_content_type_change_nothing(server: Server) -> None:
    assert 200 == send(server, Content_Type="application/x-amz-json-1.1; charset=utf-8")[0]


def test_a_body_without_length_or_beyond_all_measure_is_refused(server: Server) -> None:
    connection = http.client.HTTPConnection(server.address.partition("//")[2], timeout=10)
    for length, status in ((None, 411), ("x", 411), ("99999999", 413)):
        connection.putrequest("POST", "/")
        for name, value in {**JSON, **({"Content-Length": length} if length else {})}.items():
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        assert (status, "UnknownOperationException") == (answer.status, json.loads(answer.read())["__type"])
        connection.close()


def test_a_connection_serves_many_requests(server: Server) -> None:
    connection = http.client.HTTPConnection(server.address.partition("//")[2], timeout=10)
    sockets = set()
    for _ in range(3):
        connection.request("POST", "/", WINDOW, JSON)
        sockets.add(connection.sock)
        assert 200 == connection.getresponse().read().count(b"WindowId") * 200
    connection.close()
    assert 1 == len(sockets)


def test_many_at_once_are_served_and_counted(server: Server) -> None:
    with ThreadPoolExecutor(8) as pool:
        bodies = list(pool.map(lambda _: send(server)[2], range(40)))
    assert 40 == len(set(bodies))
    assert {"ssm:CreateMaintenanceWindow": 40} == dict(server.calls)


def test_sts_and_iam_say_who_is_asked(server: Server) -> None:
    import boto3

    words = {"endpoint_url": server.address, "region_name": "us-east-1"}
    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    assert "210987654321" == boto3.client("sts", **words, **keys).get_caller_identity()["Account"]
    assert ["a&b"] == boto3.client("iam", **words, **keys).list_account_aliases()["AccountAliases"]
    form = {"Content_Type": "application/x-www-form-urlencoded", "X_Amz_Target": ""}
    status, _, body = send(server, b"Action=CreateUser", **form)
    assert (400, True) == (status, b"InvalidAction" in body)


def test_a_call_can_be_answered_in_the_service_s_place() -> None:
    def before(name: str) -> Answer | None:
        return json_error("ThrottlingException", "Rate exceeded") if name == "ssm:CreateMaintenanceWindow" else None

    server = Server(ReferenceTarget(), before=before)
    try:
        status, _, body = send(server)
        assert (400, "ThrottlingException") == (status, json.loads(body)["__type"])
    finally:
        server.close()


@pytest.mark.parametrize("host", ["0.0.0.0", "example.com", "::1", ""])
def test_it_binds_to_loopback_alone(host: str) -> None:
    with pytest.raises(TargetError, match="is not on loopback"):
        Server(ReferenceTarget(), host=host)


@pytest.mark.parametrize("port", [-1, 70000])
def test_a_port_that_is_none_gets_one_sentence(port: int) -> None:
    with pytest.raises(TargetError, match="can not be listened on"):
        Server(ReferenceTarget(), port=port)


@pytest.mark.parametrize("body", [{"Name": "abc"}, b"{", {"WindowId": "mw-0123456789abcdef0"}])
def test_the_same_answer_is_read_here_and_behind_the_port(server: Server, body: Any) -> None:
    behind = endpoint_target("served", server.address)
    try:
        operation = "RegisterTaskWithMaintenanceWindow"
        assert ReferenceTarget().ask(operation, body, valid=False) == behind.ask(operation, body, valid=False)
    finally:
        behind.close()


def test_the_reference_gives_a_success_as_it_is_sent() -> None:
    found = ReferenceTarget().ask("CreateMaintenanceWindow", json.loads(WINDOW), valid=True)
    assert isinstance(found, Accepted)
    assert (200, "application/x-amz-json-1.1") == (found.status, found.content_type)
