"""Many violations in one request: what a target that takes them is told, and what is never concluded from a refusal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from conformance.contract.catalogue import broken_rules
from conformance.events import CaseFinished
from conformance.oracle import MustReject, expectation
from conformance.runner.budget import Budget
from conformance.runner.desk import Desk
from conformance.runner.plan import PROFILES
from conformance.runner.sender import REGISTER
from conformance.suite.agenda import everything
from conformance.targets.base import Target
from conformance.targets.faults.fault import with_methods
from conformance.targets.reference import ReferenceTarget
from strategies.bundles import Bundle, bundle_of, bundles
from strategies.recipes import HomeRecipes


def checking(found: Callable[[frozenset[str]], frozenset[str]]) -> Target:
    """Give a reference target that looks at those of the broken rules which `found` leaves."""

    def broken(self: ReferenceTarget, document: dict[str, Any]) -> frozenset[str]:
        return found(broken_rules(document))

    return with_methods(broken=broken)()


def asked_briefly(target: Target) -> tuple[list[CaseFinished], Counter[str]]:
    """Give the events of a quick run, and the requests of each operation."""

    def at_once(seconds: float) -> None:
        return None

    desk = Desk(lambda: target, run_id="bundle", budget=Budget(sleep=at_once), recipes=HomeRecipes(), sleep=at_once)
    try:
        return list(everything(desk, PROFILES["quick"])), desk.calls
    finally:
        desk.close()


def too_lenient(events: list[CaseFinished]) -> set[str]:
    return {charge.rule for event in events for charge in event.charges if charge.kind == "too-lenient"}


@pytest.mark.parametrize("bundle", bundles(), ids=lambda bundle: f"{len(bundle.cases)} with {bundle.cases[0].rule}")
def test_a_bundle_breaks_the_rules_of_its_cases_and_no_other(bundle: Bundle) -> None:
    expected = expectation(bundle.request)
    assert isinstance(expected, MustReject)
    assert set(expected.rules) == {case.rule for case in bundle.cases}
    for case in bundle.cases:
        assert expectation(case.request) == MustReject(
            rules=(case.rule,), codes=expectation(case.request).codes, level=expectation(case.request).level
        )


def test_a_rule_is_in_one_bundle_and_nearly_all_are_in_one() -> None:
    counts = Counter(case.rule for bundle in bundles() for case in bundle.cases)
    assert {1} == set(counts.values())
    assert len(counts) > 130
    assert len(bundles()) < 20


def test_a_target_that_checks_nothing_is_told_every_rule_in_few_requests() -> None:
    events, calls = asked_briefly(checking(lambda broken: frozenset()))
    assert too_lenient(events) >= {case.rule for bundle in bundles() for case in bundle.cases}
    assert calls[REGISTER] <= 180 - 6  # as many again are the canaries'


def test_a_conforming_target_is_sent_no_bundle_and_few_requests() -> None:
    events, calls = asked_briefly(ReferenceTarget())
    assert set() == too_lenient(events)
    assert calls[REGISTER] <= 300 - 6


def test_what_is_shown_beside_others_is_told_with_its_own_smallest_request() -> None:
    events, _ = asked_briefly(checking(lambda broken: frozenset()))
    told = {c.rule: (event, c) for event in events for c in event.charges if "other violations" in c.observed}
    assert len(told) > 100
    for rule, (event, charge) in told.items():
        (alone,) = (case for case in bundle_of(rule).cases if case.rule == rule)  # type: ignore[union-attr]
        assert (alone.request, alone.twin, rule) == (event.request, event.twin, event.rule)
        assert "accepted (HTTP 200), with a WindowTaskId, beside" in charge.observed


def test_a_target_that_keeps_one_rule_of_each_bundle_is_asked_about_the_others_alone() -> None:
    kept = frozenset(bundle.cases[len(bundle.cases) // 2].rule for bundle in bundles())
    events, _ = asked_briefly(checking(lambda broken: broken & kept))
    expected = {case.rule for bundle in bundles() for case in bundle.cases} - kept
    assert set() == too_lenient(events) & kept
    assert set() == expected - too_lenient(events)
    assert not any("other violations" in charge.observed for event in events for charge in event.charges)


def test_a_window_that_can_not_be_read_after_a_bundle_is_laid_on_the_violation_that_spoilt_it() -> None:
    def describe(self: ReferenceTarget, document: dict[str, Any]) -> dict[str, Any]:
        if any(isinstance(task.get("Priority"), str) for task in self.window_of(document).tasks.values()):
            raise RuntimeError("a priority that is no number")
        return ReferenceTarget.describe_tasks(self, document)

    def broken(self: ReferenceTarget, document: dict[str, Any]) -> frozenset[str]:
        return frozenset()

    events, _ = asked_briefly(with_methods(broken=broken, describe_tasks=describe)())
    spoilt = [event.request for event in events for charge in event.charges if charge.rule == "acceptance.reads-work"]
    assert spoilt
    assert min(len(request) for request in spoilt) <= 4
    assert all(isinstance(request["Priority"], str) for request in spoilt if "Priority" in request)
