"""Random requests after the boundaries: valid ones in all company, and broken ones in rich company."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from conformance.contract.case import Case
from conformance.contract.catalogue import rule
from conformance.contract.rule import Permission, Promise, Rule
from conformance.plugin import Ask
from conformance.runner.plan import Profile
from conformance.suite.drawing import drawn
from strategies.requests import pairs_breaking, requests


@pytest.mark.parametrize("part", range(4))
def test_generated_valid_requests(part: int, ask: Ask, profile: Profile) -> None:
    """Members that are valid one by one are accepted together."""
    if not profile.generated or "members.valid-together-accepted" not in ask.planned:
        pytest.skip("not in this profile or selection")
    ask(ask.desk.cases(_valid(profile.generated // 8, ask.seed * 10 + part)))


def _valid(count: int, number: int) -> Iterator[Case]:
    for index, request in enumerate(drawn(requests(), count, number)):
        yield Case(rule="members.valid-together-accepted", label=f"generated {number}/{index}", request=request)


@pytest.mark.parametrize("part", range(4))
def test_generated_invalid_requests(part: int, ask: Ask, profile: Profile) -> None:
    """A broken rule is told in rich company, too."""
    if not profile.generated:
        pytest.skip("not in this profile")
    rules = [rule(id) for id in sorted(ask.planned)]
    asked = [each for each in rules if not isinstance(each.check, Permission | Promise)][part::4]
    ask(ask.desk.cases(_invalid(asked, profile.generated // 8, ask.seed * 10 + part)))


def _invalid(rules: list[Rule], count: int, number: int) -> Iterator[Case]:
    each = max(count // max(len(rules), 1), 1)
    for one in rules:
        if one.id == "Targets.window-target-ids-quota":
            continue
        for index, (request, twin) in enumerate(drawn(pairs_breaking(one), each, number)):
            yield Case(rule=one.id, label=f"generated {number}/{index}", request=request, twin=twin, path=one.path)
