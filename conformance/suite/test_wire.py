"""Ask about the wire: explicit nulls, members that nobody knows. Bodies that are no request are a scenario."""

from __future__ import annotations

from conformance.asking import Ask
from conformance.runner.plan import Profile
from conformance.suite.agenda import nulls, unknown_members


def test_nulls(ask: Ask, profile: Profile) -> None:
    """An explicit null on an optional member is absence."""
    ask(nulls(ask.desk, profile, ask.planned))


def test_unknown_members(ask: Ask, profile: Profile) -> None:
    """A member that the operation does not know, in each structure: taken or refused, never a server error."""
    ask(unknown_members(ask.desk, profile, ask.planned))
