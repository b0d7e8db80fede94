"""Random requests after the boundaries: valid ones in all company, and broken ones in random company."""

from __future__ import annotations

import pytest

from conformance.asking import Ask
from conformance.runner.plan import Profile
from conformance.suite.agenda import PARTS, generated_broken, generated_valid


@pytest.mark.parametrize("part", range(PARTS["valid"]))
def test_generated_valid_requests(part: int, ask: Ask, profile: Profile) -> None:
    """Members that are valid one by one are accepted together."""
    ask(generated_valid(ask.desk, profile, ask.planned, ask.seed, part))


@pytest.mark.parametrize("part", range(PARTS["broken"]))
def test_generated_invalid_requests(part: int, ask: Ask, profile: Profile) -> None:
    """A broken rule is told in random company, too."""
    ask(generated_broken(ask.desk, profile, ask.planned, ask.seed, part))
