"""Ask about what an acceptance keeps: every level of every member, packed into few rich requests, then read back."""

from __future__ import annotations

import pytest

from conformance.plugin import Ask
from conformance.runner.plan import Profile
from strategies.packed import packed_cases

_PARTS = 5


@pytest.mark.parametrize("part", range(_PARTS))
def test_packed_requests(part: int, ask: Ask, profile: Profile) -> None:
    """Rich valid requests are accepted and told back as they were sent."""
    if not _asked(ask):
        pytest.skip("its rules were not asked for")
    cases = list(packed_cases(most=profile.packed))
    ask(ask.desk.cases(cases[part::_PARTS], read_back=True))


def _asked(ask: Ask) -> bool:
    return any(id.startswith(("read-back.", "default.", "order.", "members.")) for id in ask.planned)
