"""What every target looks like to the runner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, final

from conformance.events import TargetFacts
from conformance.observation import Observation


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class RawCall:
    """An HTTP request to the letter: exact bytes, and all that differs from an ordinary call of the operation.

    `headers` are put over those of an ordinary call, in any case of letters; None takes one away.
    """

    body: bytes
    method: str = "POST"
    path: str = "/"
    headers: Mapping[str, str | None] = field(default_factory=dict)


Body = Mapping[str, Any] | bytes | RawCall
"""A request document (blobs as base64 text), the exact bytes of its body, or the whole HTTP request."""


class Target(Protocol):
    """Something that implements, or claims to implement, the maintenance window operations of SSM."""

    @property
    def facts(self) -> TargetFacts:
        """Say name, kind, version and endpoint."""

    def ask(self, operation: str, body: Body, *, valid: bool) -> Observation:
        """Send one request and give what came back.

        `valid` documents may go the way a user's would, with client-side validation; all others go exactly as they are.
        """

    def close(self) -> None:
        """Let go of connections, processes and patches."""


class TargetError(Exception):
    """A target that can not be used at all; the message says why and what to do."""
