"""Batches of random cases are what they say: valid, or broken in one rule; and the same for the same seed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings

from conformance.contract.case import Case
from conformance.contract.catalogue import rule, rules
from conformance.contract.rule import Permission, Promise
from conformance.oracle import MustAccept, MustReject, expectation
from conformance.suite.drawing import drawn
from strategies.batches import breaking_batches, valid_batches
from strategies.combinations import KINDS, slots
from strategies.documents import at

BREAKABLE = [
    each
    for each in rules().values()
    if not isinstance(each.check, Permission | Promise) and each.id != "Targets.window-target-ids-quota"
]
FEW = settings(max_examples=30, derandomize=True, database=None, deadline=None)


@FEW
@given(valid_batches(50))
def test_every_request_of_a_valid_batch_must_be_accepted(requests: list[dict[str, Any]]) -> None:
    assert [] == [each for each in requests if not isinstance(expectation(each), MustAccept)]


@FEW
@given(breaking_batches(BREAKABLE, 50))
def test_every_case_of_a_breaking_batch_breaks_its_rule_alone_beside_a_valid_twin(cases: list[Case]) -> None:
    for case in cases:
        expected = expectation(case.request)
        assert isinstance(expected, MustReject), case.id
        assert (case.rule,) == expected.rules
        assert isinstance(expectation(case.twin or {}), MustAccept), case.id


def test_a_batch_is_the_same_for_the_same_seed_and_another_for_another() -> None:
    one, again, other = (drawn(valid_batches(20), 1, number, batch=1) for number in (1, 1, 2))
    assert one == again
    assert one != other


def test_batches_hold_every_member_of_every_kind_and_its_absence() -> None:
    (requests,) = drawn(valid_batches(3000), 1, 1, batch=1)
    for kind in KINDS:
        if kind.counting:
            continue
        own = [each for each in requests if each["TaskType"] == kind.task_type]
        for slot in slots(kind):
            present = [each for each in own if at(each, slot) is not None]
            assert present, slot
            assert len(present) < len(own) or slot in ("TaskArn", "Targets", "MaxConcurrency", "MaxErrors"), slot


def test_every_rule_has_its_turn() -> None:
    (cases,) = drawn(breaking_batches(BREAKABLE, len(BREAKABLE)), 1, 1, batch=1)
    assert {each.id for each in BREAKABLE} == {case.rule for case in cases}


def test_requests_of_one_batch_do_not_share_what_they_are_written_into() -> None:
    (requests,) = drawn(valid_batches(200), 1, 3, batch=1)
    before = json.dumps(requests)
    for each in requests:
        each.get("TaskInvocationParameters", {}).clear()
    (again,) = drawn(valid_batches(200), 1, 3, batch=1)
    assert before == json.dumps(again)


def test_a_permission_can_not_be_broken() -> None:
    with pytest.raises(ValueError, match="forbids nothing"):
        breaking_batches([rule("Name.accepted")])


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_batch_has_the_size_that_was_asked_for(size: int) -> None:
    assert [size] == [len(each) for each in drawn(valid_batches(size), 1, 1, batch=1)]
