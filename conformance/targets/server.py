"""The reference behind a port: a strict emulator of the maintenance window operations, with just enough of STS and IAM.

It binds to loopback, keeps everything in memory, answers in threads, and checks no signatures.
"""

from __future__ import annotations

import sys
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from itertools import count
from socketserver import TCPServer
from typing import Any, Protocol, final
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from conformance.contract.wire import CONTENT_TYPE
from conformance.targets.answers import Answer
from conformance.targets.base import Body, TargetError
from conformance.targets.reference import answer

PREFIX = "AmazonSSM."
ACCOUNT = "123456789012"
_UNKNOWN = "UnknownOperationException"
_MOST_BYTES = 4 * 1024 * 1024
STRAY = "ssm:?"
"""The name under which calls of no operation are counted."""
_QUERY = "application/x-www-form-urlencoded"


class Service(Protocol):
    """What is served: the reference, or the reference with a planted fault."""

    def respond(self, operation: str, body: Body) -> Answer:
        """Answer one request."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who STS says the caller is, and the account's aliases as IAM lists them."""

    account: str = ACCOUNT
    aliases: tuple[str, ...] = ()


Before = Callable[[str], Answer | None]
"""Sees the name of each call (``sts:GetCallerIdentity``, ``ssm:…``) first, and may answer in the service's place."""


@final
class Server:
    """Listens as soon as it is made; `close` ends it. `calls` counts every call that arrived, by name."""

    def __init__(
        self,
        service: Service,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        identity: Identity | None = None,
        before: Before = lambda name: None,
    ) -> None:
        """Bind to a loopback address, port 0 for any free one; TargetError when that can not be done."""
        self._service, self._identity, self._before = service, identity or Identity(), before
        self._lock = threading.Lock()
        self._answers = count(1)
        self.calls: Counter[str] = Counter()
        _must_be_loopback(host)
        try:
            self._http = _Http((host, port), _handler_of(self))
        except (OSError, OverflowError) as error:
            raise TargetError(f"host={host!r}, port={port} can not be listened on: {error}. Try --port 0.") from error
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """Where it listens: ``http://host:port``."""
        host, port = self._http.server_address[:2]
        return f"http://{host!s}:{port}"

    def close(self) -> None:
        """Stop at once; open connections are dropped."""
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def post(self, content_type: str, target: str, body: bytes) -> Answer:
        """Answer a POST to the root."""
        media = content_type.partition(";")[0].strip().lower()
        if media == _QUERY and not target:
            return self._query(body)
        name = target.removeprefix(PREFIX)
        if media != CONTENT_TYPE or not target.startswith(PREFIX) or not name:
            self.stray()
            return answer(400, {"__type": _UNKNOWN, "message": f"expected {CONTENT_TYPE} and X-Amz-Target {PREFIX}…"})
        return self._counted(f"ssm:{name}") or self._service.respond(name, body)

    def _query(self, body: bytes) -> Answer:
        action = parse_qs(body.decode("utf-8", "replace")).get("Action", [""])[0]
        match action:
            case "GetCallerIdentity":
                return self._counted("sts:GetCallerIdentity") or _xml(action, "sts", _caller(self._identity.account))
            case "ListAccountAliases":
                names = "".join(f"<member>{escape(each)}</member>" for each in self._identity.aliases)
                inside = f"<AccountAliases>{names}</AccountAliases><IsTruncated>false</IsTruncated>"
                return self._counted("iam:ListAccountAliases") or _xml(action, "iam", inside)
            case _:
                return query_error("InvalidAction", f"no action {action}")

    def _counted(self, name: str) -> Answer | None:
        with self._lock:
            self.calls[name] += 1
            return self._before(name)

    def stray(self) -> None:
        """Count a request that is no call of any operation."""
        with self._lock:
            self.calls[STRAY] += 1

    def request_id(self) -> str:
        """Give an id that no other answer has: a number in the form of a UUID."""
        return f"00000000-0000-4000-8000-{next(self._answers):012x}"


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):  # a client that went away is no news
            super().handle_error(request, client_address)

    def server_bind(self) -> None:
        TCPServer.server_bind(self)  # without the name lookup of HTTPServer, which may leave this machine


def _must_be_loopback(host: str) -> None:
    try:
        fine = host == "localhost" or (ip_address(host).is_loopback and ip_address(host).version == 4)
    except ValueError:
        fine = False
    if not fine:
        raise TargetError(f"host={host!r} is not on loopback; it is served to this machine only. Leave --host out.")


def _handler_of(server: Server) -> type[BaseHTTPRequestHandler]:
    """Give the handler class that http.server wants, bound to one server."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version, sys_version = "mw-conformance", ""
        disable_nagle_algorithm = True  # else each answer waits for the client's delayed ACK: 40 ms
        wbufsize = -1
        timeout = 60

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if not length.isascii() or not length.isdigit():
                self._refuse(411, "Content-Length is missing")
            elif int(length) > _MOST_BYTES:
                self._refuse(413, f"more than {_MOST_BYTES} bytes")
            else:
                self._post(self.rfile.read(int(length)))

        def _post(self, body: bytes) -> None:
            if self.path.partition("?")[0] != "/":
                server.stray()
                self._send(answer(404, {"__type": _UNKNOWN, "message": "expected the path /"}))
                return
            header = self.headers.get
            self._send(server.post(header("Content-Type", ""), header("X-Amz-Target", ""), body))

        def _refuse(self, status: int, message: str) -> None:
            """Refuse a request whose body was not read: the connection can not be used again."""
            self.close_connection = True
            self._send(answer(status, {"__type": _UNKNOWN, "message": message}))

        def _send(self, found: Answer) -> None:
            self.send_response(found.status)
            for name, value in found.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(found.body)))
            self.send_header("x-amzn-RequestId", server.request_id())
            if self.close_connection:
                self.send_header("Connection", "close")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(found.body)

        def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
            """Answer what http.server refuses, other methods among it, in the form of this protocol, never as HTML."""
            server.stray()
            self._refuse(405 if code == 501 else code, message or "no request")

        def log_message(self, format: str, *args: Any) -> None:
            return

    return Handler


def _caller(account: str) -> str:
    arn = f"arn:aws:sts::{account}:assumed-role/conformance/session"
    return f"<Arn>{arn}</Arn><UserId>AROACONFORMANCE:session</UserId><Account>{escape(account)}</Account>"


def _xml(action: str, service: str, inside: str) -> Answer:
    version = {"sts": "2011-06-15", "iam": "2010-05-08"}[service]
    text = (
        f'<{action}Response xmlns="https://{service}.amazonaws.com/doc/{version}/"><{action}Result>{inside}'
        f"</{action}Result><ResponseMetadata><RequestId>0</RequestId></ResponseMetadata></{action}Response>"
    )
    return Answer(status=200, headers={"Content-Type": "text/xml"}, body=text.encode())


def query_error(code: str, message: str, *, status: int = 400) -> Answer:
    """Give an error of the query protocol, which STS and IAM speak."""
    text = (
        f"<ErrorResponse><Error><Type>Sender</Type><Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
        "</Error><RequestId>0</RequestId></ErrorResponse>"
    )
    return Answer(status=status, headers={"Content-Type": "text/xml"}, body=text.encode())


def json_error(code: str, message: str, *, status: int = 400) -> Answer:
    """Give an error of awsJson1.1; for those who answer in the service's place."""
    return answer(status, {"__type": code, "message": message})
