"""Open questions: each that one request can ask is asked by a request of ours, and by no valid one."""

from __future__ import annotations

import pytest

from conformance.contract.catalogue import broken_rules
from conformance.contract.checking import without_nulls
from conformance.contract.open import length_is_open, open_questions, pattern_is_open, questions_asked
from conformance.contract.shapes import request_tree
from conformance.oracle import Either, expectation
from strategies.questions import open_cases
from strategies.valid import richest

BY_ONE_REQUEST = [each.id for each in open_questions() if each.applies is not None]


def test_a_question_has_an_id_of_its_own_a_question_mark_and_a_source() -> None:
    ids = [each.id for each in open_questions()]
    assert len(ids) == len(set(ids))
    assert [] == [each.id for each in open_questions() if not each.question.endswith("?") or not each.source]


@pytest.mark.parametrize("id", BY_ONE_REQUEST)
def test_a_question_that_one_request_can_ask_is_asked(id: str) -> None:
    asked = [case for case in open_cases() if case.question == id]
    assert asked
    for case in asked:
        assert id in {each.id for each in questions_asked(without_nulls(case.request))}, case.label


@pytest.mark.parametrize("case", open_cases(), ids=lambda case: case.id)
def test_a_request_that_asks_is_open_and_names_its_question(case: object) -> None:
    expected = expectation(case.request)  # type: ignore[attr-defined]
    assert isinstance(expected, Either)
    assert case.question in expected.questions  # type: ignore[attr-defined]


@pytest.mark.parametrize("task_type", ["RUN_COMMAND", "AUTOMATION", "LAMBDA", "STEP_FUNCTIONS"])
def test_the_richest_valid_request_asks_nothing(task_type: str) -> None:
    assert () == questions_asked(richest(task_type))


@pytest.mark.parametrize(
    ("text", "is_open"),
    [
        ("a" * 128, False),
        ("a" * 129, False),
        ("漢" * 128, False),
        ("😀" * 64, False),
        ("😀" * 65, True),
        ("😀" * 128, True),
        ("😀" * 129, False),
    ],
)
def test_an_astral_character_is_open_only_where_the_two_readings_part(text: str, is_open: bool) -> None:
    node = request_tree().child("Description")
    assert is_open == (length_is_open(node, text) or pattern_is_open(node, text))


def test_what_the_questions_leave_open_breaks_no_rule() -> None:
    request = {
        "WindowId": "mw-0123456789abcdef0",
        "TaskArn": "a",
        "TaskType": "AUTOMATION",
        "AlarmConfiguration": {"Alarms": [{"Name": "a\nb"}]},
    }
    assert frozenset() == broken_rules(request)
    assert ("pattern.anchors",) == tuple(each.id for each in questions_asked(request))
