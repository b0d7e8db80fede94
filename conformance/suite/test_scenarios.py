"""Ask about what needs a sequence of calls: tokens, quotas, windows, and the life of a task."""

from __future__ import annotations

import pytest

from conformance.asking import Ask
from conformance.runner.plan import Profile
from conformance.runner.scenarios import SCENARIOS
from conformance.suite.agenda import sequence


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_scenario(name: str, ask: Ask, profile: Profile) -> None:
    """The target keeps its promises over this sequence of calls."""
    ask(sequence(ask.desk, profile, ask.planned, name))
