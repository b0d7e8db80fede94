"""Play random histories over several windows, the model beside them; a divergence is told with the shortest history."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from conformance.events import CaseFinished
from conformance.plugin import Ask
from conformance.runner.plan import Profile
from conformance.suite.drawing import drawn
from strategies.histories import histories

_PARTS = 2


@pytest.mark.parametrize("part", range(_PARTS))
def test_histories(part: int, ask: Ask, profile: Profile) -> None:
    """Every answer of every history is one that the model explains."""
    if not {"listing.once", "token.replay-same-id", "acceptance.reads-work"} & ask.planned:
        pytest.skip("its rules were not asked for")
    count = profile.histories // _PARTS or int(part == 0)
    ask(_played(ask, count, ask.seed * 10 + part, profile.steps))


def _played(ask: Ask, count: int, number: int, steps: int) -> Iterator[CaseFinished]:
    for index, history in enumerate(drawn(histories(longest=steps), count, number, batch=1)):
        yield from ask.desk.history(history, f"history {number}/{index}")
