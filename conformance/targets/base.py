"""What every target looks like to the runner."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from conformance.events import TargetFacts
from conformance.observation import Observation

Body = Mapping[str, Any] | bytes
"""A request document (blobs as base64 text), or the exact bytes to send."""


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
