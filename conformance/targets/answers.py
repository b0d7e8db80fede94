"""Read an HTTP answer as awsJson1.1 says: what is a success, what is a refusal, and what is neither."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from conformance.observation import Accepted, Crashed, Observation, Rejected, Unreachable, bare_code, without_ids

_THROTTLED = frozenset(
    {
        "ThrottlingException",
        "Throttling",
        "TooManyRequestsException",
        "RequestLimitExceeded",
        "SlowDown",
        "RequestThrottled",
    }
)


def read_answer(status: int, headers: Mapping[str, str], body: bytes) -> Observation:
    """Turn status, headers (any case) and body into an observation; throttled and 503 answers are `Unreachable`."""
    lower = {key.lower(): value for key, value in headers.items()}
    content_type = lower.get("content-type", "")
    document = _document(body)
    code = _code(lower, document)
    if status in (429, 503) or code in _THROTTLED:
        return Unreachable(reason=f"throttled or unavailable (HTTP {status} {code})".rstrip())
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
    return Accepted(status=status, body=document, content_type=content_type)


def _document(body: bytes) -> Mapping[str, Any] | None:
    if not body.strip():
        return None
    try:
        document = json.loads(body)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


def _code(headers: Mapping[str, str], document: Mapping[str, Any] | None) -> str:
    found = headers.get("x-amzn-errortype") or (document or {}).get("__type") or (document or {}).get("code")
    return bare_code(found) if isinstance(found, str) else ""


def _excerpt(code: str, body: bytes) -> str:
    text = " ".join(body.decode("utf-8", "replace").split())
    return (f"{code}: " if code else "") + (without_ids(text)[:160] or "empty body")
