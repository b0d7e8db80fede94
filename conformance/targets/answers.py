"""Read an HTTP answer as awsJson1.1 says: what is a success, what is a refusal, and what is neither."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, final

from conformance.observation import Accepted, Crashed, Observation, Rejected, Unreachable, bare_code, without_ids

THROTTLED = frozenset(
    {
        "ThrottlingException",
        "Throttling",
        "TooManyRequestsException",
        "RequestLimitExceeded",
        "SlowDown",
        "RequestThrottled",
    }
)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An HTTP answer as it came, or as it goes out: status, headers (any case), body.

    What did not come over a `wire` may lack a content type: moto 5.0 gives none in its own process (seen 2026-11).
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    wire: bool = True

    def read(self) -> Observation:
        """Say what it means; see `read_answer`."""
        return read_answer(self.status, self.headers, self.body, wire=self.wire)

    @property
    def code(self) -> str:
        """The error code that it names; empty where it names none."""
        return _code({key.lower(): value for key, value in self.headers.items()}, _document(self.body))


def read_answer(status: int, headers: Mapping[str, str], body: bytes, *, wire: bool = True) -> Observation:
    """Turn status, headers (any case) and body into an observation; answers throttled, 503 or cut are `Unreachable`."""
    lower = {key.lower(): value for key, value in headers.items()}
    content_type = lower.get("content-type", "")
    if lower.get("content-length", "").isdecimal() and len(body) < int(lower["content-length"]):
        # botocore hands on what it got before the connection broke, and says nothing (1.44.5; seen 2026-11).
        return Unreachable(reason=f"the answer was cut short: {len(body)} of {lower['content-length']} bytes")
    document = _document(body)
    code = _code(lower, document)
    throttled = status == 429 or code in THROTTLED
    if throttled or status == 503:
        # A 503 may come from the road, behind which the request may have been carried out.
        return Unreachable(reason=f"throttled or unavailable (HTTP {status} {code})".rstrip(), undone=throttled)
    if status >= 500:
        return Crashed(status=status, code=code, detail=_excerpt(code, body), content_type=content_type)
    if document is None:
        if 400 <= status < 500 and not body.strip():
            return Rejected(status=status, code=code, content_type=content_type)
        return Crashed(
            status=status, code=code, detail=f"no JSON object: {_excerpt(code, body)}", content_type=content_type
        )
    if status >= 400 or (code and "WindowTaskId" not in document):
        message = document.get("message", document.get("Message", ""))
        return Rejected(status=status, code=code, message=str(message), content_type=content_type)
    return Accepted(
        status=status, body=document, content_type=content_type or ("none" if wire else ""), flaw=_flaw(body)
    )


def _document(body: bytes) -> Mapping[str, Any] | None:
    if not body.strip():
        return None
    try:
        document = json.loads(body)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


def _flaw(body: bytes) -> str:
    """Say why a strict reader can not read a body that Python's own reader takes; empty where it can."""
    if body.isascii() and not any(odd in body for odd in (b"NaN", b"Infinity", b"\x00")):
        return ""  # then every reader reads the same
    if body.startswith(b"\xef\xbb\xbf"):
        return "begins with a byte order mark"
    try:
        json.loads(body.decode("utf-8"), parse_constant=_refuse)
    except UnicodeDecodeError:
        return "is not in UTF-8"
    except ValueError as error:
        return str(error)
    return ""


def _refuse(name: str) -> None:
    raise ValueError(f"holds {name}, which is no JSON")


def _code(headers: Mapping[str, str], document: Mapping[str, Any] | None) -> str:
    found = headers.get("x-amzn-errortype") or (document or {}).get("__type") or (document or {}).get("code")
    return bare_code(found) if isinstance(found, str) else ""


def _excerpt(code: str, body: bytes) -> str:
    text = " ".join(body.decode("utf-8", "replace").split())
    return (f"{code}: " if code else "") + (without_ids(text)[:160] or "empty body")
