"""A conforming service over real sockets, and a road to it that can be made bad."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from conformance.contract.wire import CONTENT_TYPE
from conformance.observation import Accepted, Crashed, Rejected
from conformance.targets.base import Target
from conformance.targets.reference import ReferenceTarget

Disturb = Callable[["Handler", int], bool]
"""Called with each request's number, before it is answered; True where it answered, or broke, the request itself."""


class Served:
    """A target behind a port. `disturb` may come between, `requests` counts what arrived."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.requests = 0
        self.disturb: Disturb | None = None
        self.lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a runner that was killed hangs up
        self._server.served = self  # type: ignore[attr-defined]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def windows(self) -> list[str]:
        """The names of the windows that are there."""
        assert isinstance(self.target, ReferenceTarget)
        return sorted(str(window.details.get("Name")) for window in self.target.windows.values())

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Handler(BaseHTTPRequestHandler):
    """Answers awsJson1.1 as the target says."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self.say(404, {"__type": "UnknownOperationException"})

    def do_POST(self) -> None:
        served: Served = self.server.served  # type: ignore[attr-defined]
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with served.lock:
            served.requests += 1
            number = served.requests
        if served.disturb is None or not served.disturb(self, number):
            self.say(*self.answer())

    def answer(self) -> tuple[int, dict[str, Any]]:
        """Carry the request out, and give what is to be said of it."""
        served: Served = self.server.served  # type: ignore[attr-defined]
        operation = self.headers.get("X-Amz-Target", "").rpartition(".")[2]
        match served.target.ask(operation, self.body, valid=False):
            case Accepted(status=status, body=body):
                return status, dict(body)
            case Rejected(status=status, code=code, message=message):
                return status, {"__type": code, "message": message}
            case Crashed(status=status, code=code, detail=detail):
                return status or 500, {"__type": code, "message": detail}
            case _:
                raise AssertionError("this target has no road of its own")

    def say(self, status: int, document: dict[str, Any], *, cut: int = 0) -> None:
        """Send an answer, its last `cut` bytes withheld."""
        text = json.dumps(document).encode()
        head = f"HTTP/1.1 {status} X\r\nContent-Type: {CONTENT_TYPE}\r\nContent-Length: {len(text)}\r\n\r\n"
        self.wfile.write(head.encode() + text[: len(text) - cut])
        if cut:
            self.drop()

    def drop(self) -> None:
        """Close the connection, as a service does that falls over."""
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def reset(self) -> None:
        """Reset the connection."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.close_connection = True
        self.wfile = open("/dev/null", "wb")  # noqa: PTH123, SIM115
        self.rfile.close()
        self.connection.close()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def served(target: Target | None = None) -> Iterator[Served]:
    """Serve a target, the reference by default, on a port of this machine."""
    server = Served(target or ReferenceTarget())
    try:
        yield server
    finally:
        server.close()
