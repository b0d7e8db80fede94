"""Which of two broken rules a refusal tells is read from its code, else from the members that it names."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.contract.rule import DOES_NOT_EXIST, LIMIT, MISMATCH, SERIALIZATION, VALIDATION
from conformance.events import CaseFinished
from conformance.observation import Rejected
from conformance.runner.budget import Budget
from conformance.runner.desk import Desk
from conformance.runner.scenarios.precedence import PAIRED, Break, told
from conformance.targets.faults.fault import with_methods
from conformance.targets.reference import ReferenceTarget
from strategies.recipes import HomeRecipes

NAME = Break(name="pattern", rule="Name.pattern", member="Name", edit=dict)
TYPE = Break(name="wrong type", rule="Priority.type", member="Priority", edit=dict)
WINDOW = Break(name="unknown window", rule="window.unknown", member="", edit=dict)
TOKEN = Break(name="token used", rule="token.mismatch-refused", member="", edit=dict)
FULL = Break(name="full window", rule="quota.tasks-per-window", member="", edit=dict)


@pytest.mark.parametrize(
    ("code", "message", "left", "right", "expected"),
    [
        (DOES_NOT_EXIST, "", NAME, WINDOW, "unknown window"),
        (VALIDATION, "", NAME, WINDOW, "pattern"),
        (MISMATCH, "", TOKEN, FULL, "token used"),
        (LIMIT, "", TOKEN, FULL, "full window"),
        (SERIALIZATION, "", NAME, TYPE, "wrong type"),
        (VALIDATION, "Value 'a b' at 'name' failed", NAME, TYPE, "pattern"),
        (VALIDATION, "2 errors: at 'name'; at 'priority'", NAME, TYPE, "pattern and wrong type"),
        (VALIDATION, "invalid", NAME, TYPE, "not told"),
    ],
)
def test_a_refusal_tells_one_of_two_rules(code: str, message: str, left: Break, right: Break, expected: str) -> None:
    assert expected == told(Rejected(status=400, code=code, message=message), left, right)


def _played(target: ReferenceTarget) -> list[CaseFinished]:
    desk = Desk(lambda: target, run_id="unit", budget=Budget(), recipes=HomeRecipes())
    return list(desk.scenario("precedence"))


def test_the_reference_answers_every_pair_and_none_is_judged() -> None:
    events = [event for event in _played(ReferenceTarget()) if event.label != "to blame"]
    pairs = [event for event in events if event.question.startswith("precedence.")]
    assert len(pairs) == 8 * 7 // 2 + 2 + 8 + 8 + 8 + 1
    assert {"open"} == {event.verdict for event in pairs}
    assert () == tuple(charge for event in events for charge in event.charges)


def test_two_broken_rules_that_are_let_through_are_both_charged() -> None:
    events = _played(ReferenceTarget(dropped=frozenset({"Name.pattern", "Description.max-length"})))
    assert {"Name.pattern", "Description.max-length"} == {charge.rule for each in events for charge in each.charges}


def test_every_rule_of_a_pair_is_one_of_the_contract() -> None:
    from conformance.contract.catalogue import rules

    assert [] == [id for id in PAIRED if id not in rules()]


@pytest.mark.parametrize("ending", [("targetless", "refused"), ("targeted", "required")])
def test_both_limits_that_are_let_through_together_are_charged_to_both_rules(ending: tuple[str, str]) -> None:
    both = {f"{ending[0]}.MaxConcurrency-{ending[1]}", f"{ending[0]}.MaxErrors-{ending[1]}"}

    def broken(self: ReferenceTarget, document: dict[str, Any]) -> frozenset[str]:
        found = ReferenceTarget.broken(self, document)
        return found - both if both <= found else found

    charged = {charge.rule for event in _played(with_methods(broken=broken)()) for charge in event.charges}
    assert both == charged
