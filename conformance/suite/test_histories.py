"""Play random histories over several windows, the model beside them; a divergence is told with the shortest history."""

from __future__ import annotations

import pytest

from conformance.asking import Ask
from conformance.runner.plan import Profile
from conformance.suite.agenda import PARTS, played_histories


@pytest.mark.parametrize("part", range(PARTS["histories"]))
def test_histories(part: int, ask: Ask, profile: Profile) -> None:
    """Every answer of every history is one that the model explains."""
    ask(played_histories(ask.desk, profile, ask.planned, ask.seed, part))
