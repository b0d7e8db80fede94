"""A whole HTTP request reaches the other side of a real socket as it was given: method, path, headers and bytes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from conformance.events import TargetFacts
from conformance.observation import Rejected
from conformance.targets.base import RawCall
from conformance.targets.boto import BotoTarget

REGISTER = "RegisterTaskWithMaintenanceWindow"
Seen = list[tuple[str, str, dict[str, str], bytes]]


@pytest.fixture
def listener() -> Iterator[tuple[str, Seen]]:
    """A server that writes down what it is sent, and refuses it."""
    seen: Seen = []

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            seen.append((self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            answer = b'{"__type": "SerializationException"}'
            self.send_response(400)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_POST = do_GET = do_PUT = handle_any

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)


@pytest.mark.parametrize(
    "call",
    [
        RawCall(body=b"\xff{not json"),
        RawCall(body=b""),
        RawCall(body=b"{}", method="PUT"),
        RawCall(body=b"{}", method="GET"),
        RawCall(body=b"{}", path="/ssm"),
        RawCall(body=b"{}", headers={"X-Amz-Target": None, "content-type": None}),
        RawCall(body=b"{}", headers={"x-amz-target": "Other.Thing", "Content-Type": "text/plain"}),
    ],
    ids=["bytes", "nothing", "PUT", "GET", "path", "no headers", "other headers"],
)
def test_a_raw_call_arrives_as_it_was_given(listener: tuple[str, Seen], call: RawCall) -> None:
    endpoint, seen = listener
    target = BotoTarget(TargetFacts(name="x", kind="http", endpoint=endpoint), endpoint=endpoint)
    try:
        answer = target.ask(REGISTER, call, valid=False)
    finally:
        target.close()
    assert Rejected(status=400, code="SerializationException") == answer
    ((method, path, headers, body),) = seen
    assert (call.method, call.path, call.body) == (method, path, body)
    usual = {"x-amz-target": f"AmazonSSM.{REGISTER}", "content-type": "application/x-amz-json-1.1"}
    expected = usual | {name.lower(): value for name, value in call.headers.items()}
    assert expected == {name: headers.get(name) for name in usual}
    assert headers["authorization"].startswith("AWS4-HMAC-SHA256")
