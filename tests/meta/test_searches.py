"""What a search for the smallest request costs, and what it must not take for granted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from conformance.runner.blame import blame, optional_leaves
from conformance.runner.examiner import Examiner
from conformance.runner.sender import REGISTER, Sender
from conformance.runner.windows import Windows
from conformance.targets.mutants import mutants
from strategies.documents import at
from strategies.homes import home, minimal
from strategies.recipes import HomeRecipes, without_token
from strategies.valid import richest

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
