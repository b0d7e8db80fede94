"""Ask about what needs a sequence of calls: tokens, quotas, windows, and the life of a task."""

from __future__ import annotations

import pytest

from conformance.plugin import Ask
from conformance.runner.scenarios import SCENARIOS


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_scenario(name: str, ask: Ask) -> None:
    """The target keeps its promises over this sequence of calls."""
    if not ask.planned.intersection(SCENARIOS[name].rules):
        pytest.skip("its rules were not asked for")
    ask(ask.desk.scenario(name))
