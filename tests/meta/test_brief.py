"""A brief run still shows each rule: every level of every member stands once, and so does every absence."""

from __future__ import annotations

import json
from itertools import chain

from conformance.contract.catalogue import rules
from conformance.contract.rule import Permission
from conformance.oracle import MustAccept, expectation
from conformance.targets.reference import ReferenceTarget
from strategies.brief import brief_valid_cases, brief_violations
from strategies.combinations import KINDS, slots
from strategies.documents import at
from strategies.levels import combined_levels
from tests.meta.asking import ask_everything


def test_each_brief_valid_request_is_valid_and_asks_nothing_open() -> None:
    wrong = [case.label for case in brief_valid_cases() if not isinstance(expectation(case.request), MustAccept)]
    assert [] == wrong


def test_every_permission_is_shown_by_a_brief_request() -> None:
    shown = set(chain.from_iterable((case.rule, *case.also) for case in brief_valid_cases()))
    assert {rule.id for rule in rules().values() if isinstance(rule.check, Permission)} <= shown


def test_every_level_of_every_member_stands_in_a_brief_request() -> None:
    levels = {(slot, json.dumps(level)) for kind in KINDS for slot in slots(kind) for level in combined_levels(slot)}
    met = {(slot, json.dumps(at(case.request, slot))) for case in brief_valid_cases() for slot, _ in levels}
    assert set() == levels - met


def test_what_is_said_to_be_left_out_is_left_out_where_its_structure_stands() -> None:
    for case in brief_valid_cases():
        for id in case.also:
            path = rules()[id].path
            if id.endswith(".optional") and "." in path and "[" not in path and "{" not in path:
                parent, _, member = path.rpartition(".")
                assert at(case.request, parent), (case.label, id)
                assert member not in at(case.request, parent), (case.label, id)


def test_a_rule_that_a_request_can_break_is_broken_once_and_two_percentages_are_twice() -> None:
    counts = {rule.id: len(brief_violations(rule)) for rule in rules().values()}
    more = {id: count for id, count in counts.items() if count > 1}
    assert dict.fromkeys(("MaxConcurrency.pattern", "MaxErrors.pattern"), 2) == more


def test_more_violations_of_a_rule_stand_beside_the_twin_of_the_first() -> None:
    for rule in rules().values():
        assert len({str(case.twin) for case in brief_violations(rule)}) <= 1, rule.id


def test_the_steps_of_a_full_window_hold_what_single_cases_registered_in_it() -> None:
    events = ask_everything(ReferenceTarget(quota=100), profile="quick")
    (found,) = (event for event in events if "quota.tasks-per-window" in {each.rule for each in event.charges})
    made = [step for step in found.steps if "register_task" in step and "] " in step]
    assert 21 == len({step.split()[1] for step in made if step.split()[1].startswith("task_")})
    assert any("TaskInvocationParameters" in step for step in made)
    assert "WindowId=window_1" in made[0]
    assert not any("ClientToken" in step for step in made if "TaskInvocationParameters" in step)
