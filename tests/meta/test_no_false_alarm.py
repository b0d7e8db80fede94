"""The reference target is never accused: whatever is found at another target is not the suite's own mistake."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.contract.case import Case
from conformance.contract.catalogue import rules
from conformance.contract.rule import Permission, Promise
from conformance.events import CaseFinished
from conformance.targets.base import Target
from conformance.targets.reference import ReferenceTarget
from strategies.plan import cases_of
from strategies.questions import open_cases
from strategies.requests import pairs_breaking, requests

Examine = Callable[[Target, Iterable[Case]], list[CaseFinished]]
REFUSING = [each for each in rules().values() if not isinstance(each.check, Permission | Promise)]


@pytest.fixture(scope="module")
def judged() -> Callable[[Examine], list[CaseFinished]]:
    """Give every listed case, judged once for this module."""
    kept: list[CaseFinished] = []

    def judged(examine: Examine) -> list[CaseFinished]:
        if not kept:
            cases = [case for rule in rules().values() for case in cases_of(rule)]
            kept.extend(examine(ReferenceTarget(), cases))
        return kept

    return judged


def test_no_listed_case_accuses_the_reference(
    judged: Callable[[Examine], list[CaseFinished]], examine: Examine
) -> None:
    found = judged(examine)
    assert [] == [(case.case, case.charges) for case in found if case.charges]
    assert {"conforms", "open"} == {case.verdict for case in found} | {"open"}


def test_every_refusal_of_the_reference_has_an_accepted_twin(
    judged: Callable[[Examine], list[CaseFinished]], examine: Examine
) -> None:
    refusals = [case for case in judged(examine) if case.expect == "reject"]
    assert refusals
    assert [] == [case.case for case in refusals if case.twin_accepted is not True]


def test_no_open_question_accuses_the_reference(examine: Examine) -> None:
    assert [] == [case.case for case in examine(ReferenceTarget(), open_cases()) if case.verdict != "open"]


SETTINGS = settings(
    max_examples=60,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@SETTINGS
@given(found=st.lists(requests(), min_size=10, max_size=10))
def test_no_random_valid_request_accuses_the_reference(examine: Examine, found: list[dict[str, Any]]) -> None:
    cases = [Case(rule="members.valid-together-accepted", label=str(n), request=each) for n, each in enumerate(found)]
    assert ["conforms"] * len(cases) == [case.verdict for case in examine(ReferenceTarget(), cases)]


@SETTINGS
@given(data=st.data(), rule=st.sampled_from(REFUSING))
def test_no_random_violation_accuses_the_reference(examine: Examine, data: st.DataObject, rule: Any) -> None:
    request, twin = data.draw(pairs_breaking(rule))
    case = Case(rule=rule.id, label="drawn", request=request, twin=twin, path=rule.path)
    assert ["conforms"] == [each.verdict for each in examine(ReferenceTarget(), [case])]
