"""What a search for the smallest request costs, and what it must not take for granted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from conformance.contract.case import Case
from conformance.runner.blame import blame, optional_leaves
from conformance.runner.examiner import Examiner
from conformance.runner.sender import REGISTER, Sender
from conformance.runner.windows import Windows
from conformance.targets.faults.fault import with_methods
from conformance.targets.mutants import mutants
from conformance.targets.reference import ReferenceTarget
from strategies.documents import at, put
from strategies.homes import home, minimal, node_at
from strategies.recipes import HomeRecipes, without_token
from strategies.valid import richest
from strategies.values import stretched

COMMAND = "TaskInvocationParameters.RunCommand"
RICHEST = without_token(richest("RUN_COMMAND"))


@pytest.fixture
def examiner() -> Examiner:
    """An examiner of a target that takes no Description."""
    sender = Sender(mutants()["refuse:Description"].make(), run_id="search", sleep=lambda seconds: None)
    return Examiner(sender, Windows(sender, run_id="search"), HomeRecipes())


def _registrations(examiner: Examiner, request: Mapping[str, Any]) -> int:
    before = examiner.sender.calls[REGISTER]
    assert not examiner.takes(request)
    return examiner.sender.calls[REGISTER] - before


def test_what_is_refused_in_an_empty_window_is_not_asked_again_in_another(examiner: Examiner) -> None:
    assert 1 == _registrations(examiner, home("Description"))
    assert 1 == _registrations(examiner, {**home("Description"), "Priority": 1}), "the window is empty still"


def test_what_is_refused_beside_other_tasks_is_asked_again_in_an_empty_window(examiner: Examiner) -> None:
    assert examiner.takes(minimal("AUTOMATION"))
    assert 2 == _registrations(examiner, home("Description"))


@pytest.mark.parametrize("member", [f"{COMMAND}.Comment", f"{COMMAND}.OutputS3BucketName"])
@pytest.mark.parametrize("refused", ["", f"{COMMAND}.DocumentHash", f"{COMMAND}.ServiceRoleArn"])
def test_a_member_that_another_demands_is_named_also_where_one_more_is_refused(member: str, refused: str) -> None:
    """TimeoutSeconds demands a member here, and `refused` is never taken."""
    demanding = f"{COMMAND}.TimeoutSeconds"

    def accepts(request: Mapping[str, Any]) -> bool:
        demands = at(request, demanding) is not None and at(request, member) is None
        return not demands and not (refused and at(request, refused) is not None)

    found = blame(home(demanding), f"{demanding}.accepted", demanding, accepts, HomeRecipes())
    assert f"{member}.optional" == found.rule


@pytest.mark.parametrize("path", optional_leaves(RICHEST))
def test_a_refused_member_of_the_richest_request_is_named_in_few_calls(path: str) -> None:
    asked: list[Mapping[str, Any]] = []

    def accepts(request: Mapping[str, Any]) -> bool:
        if request not in asked:  # an examiner remembers, too
            asked.append(request)
        return at(request, path) is None

    found = blame(RICHEST, "members.valid-together-accepted", "", accepts, HomeRecipes())
    hashed = f"{COMMAND}.DocumentHash"
    expected = {hashed: f"{hashed}.not-compared"}.get(path, f"{path}.accepted")
    assert expected == found.rule
    assert len(asked) <= 30


@pytest.mark.parametrize(
    ("member", "value", "rule"),
    [
        ("DocumentHash", "a hash that is no hex", f"{COMMAND}.DocumentHash.accepted"),
        ("DocumentHash", "0123456789abcdef" * 16, f"{COMMAND}.DocumentHash.max-length"),
    ],
)
def test_of_two_members_that_stand_together_the_one_with_the_odd_value_is_named(
    member: str, value: str, rule: str
) -> None:
    path = f"{COMMAND}.{member}"
    request = dict(put(home(path), path, value))

    def accepts(asked: Mapping[str, Any]) -> bool:
        return at(asked, path) != value

    assert rule == blame(request, "members.valid-together-accepted", "", accepts, HomeRecipes()).rule


def test_two_members_of_which_one_is_plain_are_named_together() -> None:
    qualifier = "TaskInvocationParameters.Lambda.Qualifier"
    request = {**home(qualifier), "Priority": 0}

    def accepts(asked: Mapping[str, Any]) -> bool:
        return asked.get("Priority") != 0 or at(asked, qualifier) is None

    found = blame(request, "members.valid-together-accepted", "", accepts, HomeRecipes())
    assert "members.valid-together-accepted" == found.rule


def test_a_token_that_is_refused_is_named_itself() -> None:
    request = {**minimal("AUTOMATION"), "ClientToken": stretched(node_at("ClientToken"), 64)}
    found = blame(
        request, "members.valid-together-accepted", "", lambda asked: "ClientToken" not in asked, HomeRecipes()
    )
    assert "ClientToken.max-length" == found.rule


def _payload(value: str) -> dict[str, Any]:
    return {"TaskInvocationParameters": {"Lambda": {"Payload": value}}}


@pytest.mark.parametrize(
    ("request_", "member"),
    [
        ({**minimal("AUTOMATION"), "Priority": 2**16 + 7}, "Priority"),
        (
            {**minimal("LAMBDA"), "TaskInvocationParameters": {"Lambda": {"Payload": "//79/A=="}}},
            "TaskInvocationParameters",
        ),
    ],
)
def test_what_is_open_is_told_back_as_it_was_sent_once_it_is_taken(request_: dict[str, Any], member: str) -> None:
    def stored(self: ReferenceTarget, request: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in request.items() if name != member}

    sender = Sender(with_methods(stored=stored)(), run_id="open", sleep=lambda seconds: None)
    examiner = Examiner(sender, Windows(sender, run_id="open"), HomeRecipes())
    event = examiner.examine(Case(rule="", question="priority.upper-bound", label="open", request=request_))
    assert "open" == event.verdict
    rules = {charge.rule for found in examiner.asides() for charge in found.charges}
    assert rules
    assert all(rule.startswith(("read-back.", "default.")) and member in rule for rule in rules)
