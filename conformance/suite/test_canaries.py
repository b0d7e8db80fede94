"""Alter a few live answers on purpose: a run whose judge does not see it is not valid."""

from __future__ import annotations

from conformance.asking import Ask


def test_canaries(ask: Ask) -> None:
    """The judge sees a swapped code, a dropped member, a doubled id and a flipped status."""
    ask(ask.desk.canaries())
