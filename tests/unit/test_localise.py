"""The smallest task that shows a wrong read-back, found against the reference with a member lost in company."""

from __future__ import annotations

import pytest

from conformance.runner.examiner import Examiner
from conformance.runner.localise import smallest_showing
from conformance.runner.reduce import smaller_requests
from conformance.runner.sender import Sender
from conformance.runner.windows import Windows
from conformance.targets.mutants import mutants
from strategies.combinations import KINDS, combination_cases
from strategies.homes import home, minimal
from strategies.recipes import HomeRecipes
from strategies.valid import richest


def _told(mutant: str) -> dict[str, list[dict[str, object]]]:
    sender = Sender(mutants()[mutant].make(), run_id="unit", sleep=lambda seconds: None)
    examiner = Examiner(sender, Windows(sender, run_id="unit"), HomeRecipes())
    examiner.learn()
    for case in combination_cases():
        examiner.examine(case)
    examiner.retire()
    found: dict[str, list[dict[str, object]]] = {}
    for event in examiner.asides():
        for charge in event.charges:
            found.setdefault(charge.rule, []).append(event.request)
    return found


def test_a_member_lost_beside_another_is_shown_with_these_two_alone() -> None:
    found = _told("beside:get.Description beside Name")
    assert set(found) == {"read-back.get.Description"}
    smallest = min(found["read-back.get.Description"], key=len)
    assert set(smallest) == {*minimal(str(smallest["TaskType"])), "Name", "Description"}


def test_a_member_that_is_always_lost_is_shown_in_its_home() -> None:
    found = _told("lost:get.Description")
    smallest = min(found["read-back.get.Description"], key=len)
    assert set(smallest) == set(home("Description"))


def test_no_more_than_forty_tasks_are_tried() -> None:
    tries = []

    def never(request: object) -> bool:
        tries.append(request)
        return False

    request = richest("RUN_COMMAND")
    assert smallest_showing(request, home("Description"), never) == request
    assert len(tries) <= 41


@pytest.mark.parametrize("value", [["a", "b", "c"], {"a": ["x"], "b": ["y"]}])
def test_lists_and_maps_are_halved(value: object) -> None:
    request = {**home(""), "TaskParameters": value}
    parts = [each["TaskParameters"] for each in smaller_requests(request) if "TaskParameters" in each]
    assert {str(part) for part in parts} == {str(type(value)(half)) for half in _halves(value)}  # type: ignore[call-arg]


def _halves(value: object) -> list[object]:
    items = list(value.items()) if isinstance(value, dict) else list(value)  # type: ignore[call-overload]
    half = len(items) // 2
    return [items[:half], items[half:]]


def test_there_is_a_kind_for_each_task_type_and_one_whose_parameters_count() -> None:
    assert [kind.task_type for kind in KINDS if not kind.counting] == [
        "RUN_COMMAND",
        "AUTOMATION",
        "STEP_FUNCTIONS",
        "LAMBDA",
    ]
    assert [kind.task_type for kind in KINDS if kind.counting] == ["RUN_COMMAND"]
