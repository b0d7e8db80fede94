"""What happened when a target was asked: it accepted, refused, crashed, or could not be reached.

An observation is a fact. What we think of it is a verdict, and lives in `conformance.oracle`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, final


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A success status with a JSON object (`body`); `flaw` says why a strict reader can not read it, if so."""

    status: int
    body: Mapping[str, Any]
    content_type: str = ""
    flaw: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A client-error status, or a JSON error that names its `code`, under which `message` is prose and never judged."""

    status: int
    code: str
    message: str = ""
    content_type: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Crashed:
    """A server error, an exception out of an in-process target, or an answer that is no awsJson1.1 at all.

    `status` is None where there was no HTTP answer.
    """

    status: int | None
    detail: str
    code: str = ""
    content_type: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Unreachable:
    """No answer that could be judged: connection refused or reset, timeout, throttled, credentials refused.

    `undone` is True where the request was surely not carried out; else nobody knows whether it was.
    """

    reason: str
    hint: str = field(default="")
    undone: bool = False


Observation = Accepted | Rejected | Crashed | Unreachable

NOT_IMPLEMENTED = frozenset(
    {
        "UnknownOperationException",
        "UnknownOperation",
        "NotImplemented",
        "NotImplementedError",
        "InvalidAction",
        "UnsupportedOperation",
        "UnsupportedOperationException",
        "InternalFailure",
    }
)
"""Codes under which targets say that they do not know an operation (seen 2026-11 at the emulators we start)."""

# LocalStack answers InternalFailure (501) for both; it is about the operation only when the words say so.
_SAYS_SO = re.compile(r"not (?:yet )?(?:been )?implemented|not supported|unknown operation|no support", re.IGNORECASE)


def not_implemented(observation: Observation) -> bool:
    """Tell whether the target's answer means that it does not implement the operation that was asked."""
    match observation:
        case Rejected(status=501) | Crashed(status=501):
            return True
        case Rejected(status=status, code=code, message=message):
            if code == "InternalFailure":
                return bool(_SAYS_SO.search(message))
            return code in NOT_IMPLEMENTED or (status in (404, 405) and not code)
        case Crashed(code=code, detail=detail):
            return code in NOT_IMPLEMENTED - {"InternalFailure"} or bool(_SAYS_SO.search(detail))
        case _:
            return False


_IDS = re.compile(r"mw-[0-9a-f]{17}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|\b\d{12}\b|0x[0-9a-f]{6,}")


def without_ids(text: str) -> str:
    """Put an ellipsis in place of ids, account numbers and addresses: they differ by run, and may be private."""
    return _IDS.sub("…", text)


def bare_code(text: str) -> str:
    """Strip a namespace before ``#`` and a URI after ``:`` from an error code, as awsJson1.1 clients must."""
    return text.rpartition("#")[2].partition(":")[0].strip()


def outcome(observation: Observation) -> str:
    """Say an observation in one word or two, the same in every report and in the ledger."""
    match observation:
        case Accepted():
            return "accepted"
        case Rejected(code=code, status=status):
            return f"rejected:{code or status}"
        case Crashed(status=status, code=code):
            return f"crashed:{code or status or 'no answer'}"
        case Unreachable():
            return "unreachable"
