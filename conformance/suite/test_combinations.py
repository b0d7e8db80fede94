"""Ask about what stands together: every two levels of every two members once, in few rich requests, then read back."""

from __future__ import annotations

import pytest

from conformance.asking import Ask
from conformance.runner.plan import Profile
from conformance.suite.agenda import PARTS, together


@pytest.mark.parametrize("part", range(PARTS["combinations"]))
def test_combinations(part: int, ask: Ask, profile: Profile) -> None:
    """Rich valid requests are accepted and told back as they were sent."""
    ask(together(ask.desk, profile, ask.planned, part))
