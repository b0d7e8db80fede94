"""A target behind a port of loopback that counts what arrives, and a window that is as new before each request."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any, final

from conformance.targets.answers import Answer
from conformance.targets.base import RawCall
from conformance.targets.reference import ReferenceTarget

REQUEST_ID = "x-amzn-requestid"
_METHODS = ("POST", "GET", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY", "HEAD")

Answering = Callable[[RawCall, int], Answer]
"""Takes a request and its number, from 1."""


@final
class AsNew:
    """A service whose only window is emptied before each request: no quota is ever spent, no token ever used.

    Its twin, a conforming reference in the same state, is asked the same. `otherwise` has the numbers of the requests
    that the two answer with different statuses, `apart` of those that they answer differently in any way.
    """

    def __init__(self, service: ReferenceTarget) -> None:
        self._both = (service, ReferenceTarget())
        (self.window,) = {str(each.create_window({})["WindowId"]) for each in self._both}
        self.calls: list[RawCall] = []
        self.otherwise: set[int] = set()
        self.apart: set[int] = set()
        self._turn = threading.Lock()

    def answer(self, call: RawCall, number: int) -> Answer:
        """Answer a request, and note whether the twin says otherwise."""
        with self._turn:
            self.calls.append(call)
            found, twin = (_as_new(each, call) for each in self._both)
            if found != twin:
                self.apart.add(number)
            if found.status != twin.status:
                self.otherwise.add(number)
        return found


def _as_new(service: ReferenceTarget, call: RawCall) -> Answer:
    for window in service.windows.values():
        window.tasks.clear()
        window.tokens.clear()
    found = as_it_is(service)(call, 0)
    # RFC 9110 has 405 and Allow for another method, and Schemathesis wants them; awsJson1.1 says nothing of it.
    if call.method != "POST" and found.status == 404:
        return Answer(status=405, headers={**found.headers, "Allow": "POST"}, body=found.body)
    return found


def as_it_is(service: ReferenceTarget) -> Answering:
    """Give the answers of a service that nobody tends."""
    return lambda call, number: service.respond("", call)


@final
@dataclass
class Port:
    """Where it listens, and how many requests arrived."""

    address: str
    requests: int = 0


@contextmanager
def served(answer: Answering) -> Iterator[Port]:
    """Listen on a free port of loopback until the block ends."""
    http = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    http.daemon_threads, http.block_on_close = True, False
    port = Port(f"http://127.0.0.1:{http.server_address[1]}")
    http.RequestHandlerClass = _handler(answer, port)
    thread = threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield port
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


def _handler(answer: Answering, port: Port) -> type[BaseHTTPRequestHandler]:
    numbers = count(1)

    def respond(self: BaseHTTPRequestHandler) -> None:
        port.requests = number = next(numbers)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name: self.headers.get(name) for name in ("Content-Type", "X-Amz-Target")}
        found = answer(RawCall(body=body, method=self.command, path=self.path, headers=headers), number)
        self.send_response(found.status)
        for name, value in found.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(found.body)))
        self.send_header(REQUEST_ID, str(number))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(found.body)

    ways: dict[str, Any] = {f"do_{method}": respond for method in _METHODS}
    quiet: dict[str, Any] = {
        "protocol_version": "HTTP/1.1",
        "disable_nagle_algorithm": True,
        "wbufsize": -1,
        "timeout": 60,
        "log_message": lambda self, *words: None,
    }
    return type("Handler", (BaseHTTPRequestHandler,), ways | quiet)
